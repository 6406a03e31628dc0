/// What is read off the curve of a detector as its threshold moves from strict to lax over all distinct scores.
///
/// Equal scores are passed together: they are one threshold.
struct OperatingCurve {
  /// The average precision: Σ (Rₖ − Rₖ₋₁) · Pₖ.
  private(set) var averagePrecision = 0.0

  /// The area under precision over recall by trapezoids from the point (0, 1).
  private(set) var trapezoidArea = 0.0

  /// The false positive rate at the first threshold with recall ≥ 0.95.
  private(set) var falsePositiveRateFirst = Double.nan

  /// The false positive rate at the threshold with recall nearest to 0.95.
  private(set) var falsePositiveRateNearest = Double.nan

  /// Twice the number of (positive, negative) pairs in the right order, a tie counting as one.
  private(set) var doubledPairCount = 0

  private static let recallWanted = 0.95

  private let positiveCount: Int
  private let negativeCount: Int
  private var truePositives = 0
  private var falsePositives = 0
  private var precision = 1.0
  private var nearestDistance = Double.infinity

  /// The curve of two ascending lists of keys, both not empty.
  ///
  /// `positivesAreHigh` says at which end it begins.
  init(positives: [UInt64], negatives: [UInt64], positivesAreHigh: Bool) {
    positiveCount = positives.count
    negativeCount = negatives.count
    positives.withUnsafeBufferPointer { positives in
      negatives.withUnsafeBufferPointer { negatives in
        walk(KeyRuns(positives, fromHigh: positivesAreHigh), KeyRuns(negatives, fromHigh: positivesAreHigh))
      }
    }
  }

  /// The curve of so many positives and negatives at each of the first `count` thresholds, ascending, some of them
  /// empty.
  init(
    positives: [Int32], _ positiveCount: Int, negatives: [Int32], _ negativeCount: Int, count: Int,
    fromHigh: Bool
  ) {
    self.positiveCount = positiveCount
    self.negativeCount = negativeCount
    for step in 0..<count {
      let index = fromHigh ? count - 1 - step : step
      guard positives[index] | negatives[index] != 0 else { continue }
      advance(Int(positives[index]), Int(negatives[index]))
    }
  }

  /// Passes every threshold.
  private mutating func walk(_ positives: KeyRuns, _ negatives: KeyRuns) {
    var (positives, negatives) = (positives, negatives)
    while let threshold = KeyRuns.first(positives, negatives) {
      advance(positives.take(threshold), negatives.take(threshold))
    }
  }

  /// Passes one threshold, at which so many positives and negatives lie.
  private mutating func advance(_ positives: Int, _ negatives: Int) {
    let previousRecall = Double(truePositives) / Double(positiveCount)
    let wasComplete = truePositives == positiveCount
    doubledPairCount += negatives * (2 * truePositives + positives)
    truePositives += positives
    falsePositives += negatives
    let recall = Double(truePositives) / Double(positiveCount)
    let newPrecision = Double(truePositives) / Double(truePositives + falsePositives)
    averagePrecision += Double(positives) / Double(positiveCount) * newPrecision
    trapezoidArea += (recall - previousRecall) * (precision + newPrecision) / 2
    precision = newPrecision
    let falsePositiveRate = Double(falsePositives) / Double(negativeCount)
    if recall >= Self.recallWanted, falsePositiveRateFirst.isNaN {
      falsePositiveRateFirst = falsePositiveRate
    }
    // Hendrycks' routine looks from the threshold that first reaches full recall upwards and keeps the first of
    // equals. Walking the other way, the last of equals is kept. Distances are compared in double precision, as the
    // routine does: 0.94 is nearer to 0.95 than 0.96 by one rounding error, and the figure depends on it.
    guard !wasComplete else { return }
    let distance = abs(recall - Self.recallWanted)
    if distance <= nearestDistance {
      nearestDistance = distance
      falsePositiveRateNearest = falsePositiveRate
    }
  }
}

/// Ascending keys, taken from one end in runs of equal ones.
struct KeyRuns {
  private let keys: UnsafeBufferPointer<UInt64>
  private let fromHigh: Bool
  private var taken = 0

  init(_ keys: UnsafeBufferPointer<UInt64>, fromHigh: Bool) {
    self.keys = keys
    self.fromHigh = fromHigh
  }

  /// The key that comes next.
  private var next: UInt64? {
    guard taken < keys.count else { return nil }
    return fromHigh ? keys[keys.count - 1 - taken] : keys[taken]
  }

  /// The key that comes next of two lists.
  static func first(_ one: KeyRuns, _ other: KeyRuns) -> UInt64? {
    guard let first = one.next else { return other.next }
    guard let second = other.next else { return first }
    return one.fromHigh ? max(first, second) : min(first, second)
  }

  /// Takes all keys equal to `key` and says how many they were.
  mutating func take(_ key: UInt64) -> Int {
    let before = taken
    while next == key { taken += 1 }
    return taken - before
  }
}
