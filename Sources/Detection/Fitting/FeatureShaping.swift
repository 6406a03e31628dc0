import Foundation

/// What becomes of the features that are kept.
enum FeatureShaping {
  /// They stay.
  case pruned
  /// They grow by exp(sum of all / sum of the kept).
  case scaled
  /// All become the sum of all divided by their number.
  case binarized
}

extension UnsafeMutableBufferPointer<Double> {
  /// Makes everything above `limit` equal to it.
  func clip(at limit: Double) {
    for index in indices where self[index] > limit { self[index] = limit }
  }

  /// Sets all but the `count` largest to 0, of equal ones those that come last, and shapes those.
  func shape(keeping count: Int, _ shaping: FeatureShaping) {
    let sum = reduce(0, +)
    let floor = Swift.withUnsafeTemporaryAllocation(of: Double.self, capacity: self.count) { copy in
      _ = copy.update(fromContentsOf: self)
      return Percentile.select(self.count - count, of: copy)
    }
    var room = count - reduce(0) { $0 + ($1 > floor ? 1 : 0) }
    var keptSum = 0.0
    for index in indices {
      let value = self[index]
      let isTied = value == floor && room > 0
      if isTied { room -= 1 }
      let isKept = isTied || value > floor
      if isKept { keptSum += value }
      self[index] = isKept ? (shaping == .binarized ? sum / Double(count) : value) : 0
    }
    guard shaping == .scaled, keptSum != 0 else { return }
    let factor = exp(Swift.min(sum / keptSum, 700))
    for index in indices { self[index] *= factor }
  }
}
