/// The number below which a share of given numbers lies.
package enum Percentile {
  /// The percentile of `values`, interpolated linearly between two of them as NumPy does by default.
  ///
  /// `percent` is in 0…100. Costs a copy and a few linear passes.
  ///
  /// - Precondition: there are values, and they are finite.
  static func of<Value: BinaryFloatingPoint>(_ values: [Value], percent: Double) -> Double {
    precondition(
      !values.isEmpty && percent >= 0 && percent <= 100,
      "the percentile \(percent) of \(values.count) values does not exist")
    let position = percent / 100 * Double(values.count - 1)
    let lower = Int(position.rounded(.down))
    let share = position - Double(lower)
    var values = values
    let below = values.withUnsafeMutableBufferPointer { select(lower, of: $0) }
    guard share > 0, lower + 1 < values.count else { return Double(below) }
    // Selection has left everything larger behind.
    let above = values[(lower + 1)...].min() ?? below
    return Double(below) + share * (Double(above) - Double(below))
  }

  /// Reorders `values` so that the one at `rank` is where sorting would put it, none before it is larger and none
  /// behind it smaller; returns it.
  package static func select<Value: BinaryFloatingPoint>(
    _ rank: Int, of values: UnsafeMutableBufferPointer<Value>
  ) -> Value {
    var (first, last) = (0, values.count - 1)
    while first < last {
      let pivot = median(values[first], values[(first + last) / 2], values[last])
      var (left, right) = (first, last)
      while left <= right {
        while values[left] < pivot { left += 1 }
        while values[right] > pivot { right -= 1 }
        guard left <= right else { break }
        values.swapAt(left, right)
        left += 1
        right -= 1
      }
      if rank <= right {
        last = right
      } else if rank >= left {
        first = left
      } else {
        break
      }
    }
    return values[rank]
  }

  private static func median<Value: Comparable>(_ a: Value, _ b: Value, _ c: Value) -> Value {
    max(min(a, b), min(max(a, b), c))
  }
}
