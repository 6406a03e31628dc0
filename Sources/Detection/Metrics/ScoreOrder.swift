/// Scores as whole numbers that sort and compare as the scores do, ascending.
///
/// Sorting is by radix: six passes over 11 bits each, of which those are skipped in which all scores agree. Ten
/// million scores take about a second, half of what the library's sort needs.
struct ScoreOrder {
  /// The keys, ascending.
  ///
  /// Equal scores, and 0 and −0, have equal keys.
  let keys: [UInt64]

  private static let digitBits = 11
  private static let passCount = 6
  private static let digitCount = 1 << digitBits

  /// The order of `scores`; throws `MetricsError` if one is not a number.
  init(_ scores: [Double], _ what: String) throws {
    keys = Self.sorted(try Self.checked(scores, what))
  }

  /// The keys of `scores` in their order; throws `MetricsError` if one is not a number.
  static func checked(_ scores: [Double], _ what: String) throws -> [UInt64] {
    if let index = scores.firstIndex(where: \.isNaN) {
      throw MetricsError(description: "the score of \(what) image \(index) is not a number (NaN)")
    }
    return scores.map(key)
  }

  /// The bits of a double, flipped so that they sort as unsigned numbers.
  static func key(_ score: Double) -> UInt64 {
    // Adding 0 turns −0 into 0.
    let bits = (score + 0).bitPattern
    return bits >> 63 == 0 ? bits | 1 << 63 : ~bits
  }

  /// The double of a key.
  static func score(_ key: UInt64) -> Double {
    Double(bitPattern: key >> 63 == 1 ? key & ~(1 << 63) : ~key)
  }

  /// The keys, ascending.
  static func sorted(_ keys: [UInt64]) -> [UInt64] {
    // Below this the counting tables cost more than they save.
    guard keys.count >= 4096 else { return keys.sorted() }
    var source = keys
    var target = keys
    let counts = counted(keys)
    for pass in 0..<passCount {
      let digits = counts[pass * digitCount..<(pass + 1) * digitCount]
      // One digit that all keys share moves nothing.
      if digits.contains(keys.count) { continue }
      var position = 0
      var starts = digits.map { count in
        defer { position += count }
        return position
      }
      let shift = pass * digitBits
      source.withUnsafeBufferPointer { source in
        target.withUnsafeMutableBufferPointer { target in
          starts.withUnsafeMutableBufferPointer { starts in
            for key in source {
              let digit = Int(truncatingIfNeeded: key &>> shift) & (digitCount - 1)
              target[starts[digit]] = key
              starts[digit] += 1
            }
          }
        }
      }
      swap(&source, &target)
    }
    return source
  }

  /// How often each digit occurs, pass by pass.
  private static func counted(_ keys: [UInt64]) -> [Int] {
    var counts = [Int](repeating: 0, count: passCount * digitCount)
    counts.withUnsafeMutableBufferPointer { counts in
      for key in keys {
        for pass in 0..<passCount {
          let digit = Int(truncatingIfNeeded: key &>> (pass &* digitBits)) & (digitCount &- 1)
          counts[pass &* digitCount &+ digit] &+= 1
        }
      }
    }
    return counts
  }
}
