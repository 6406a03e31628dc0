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
    var positive = KeyRuns(positives, fromHigh: positivesAreHigh)
    var negative = KeyRuns(negatives, fromHigh: positivesAreHigh)
    while true {
      switch (positive.next, negative.next) {
      case (nil, nil): return
      case (.some, nil): advance(positive.take(), 0)
      case (nil, .some): advance(0, negative.take())
      case (let first?, let second?):
        let isPositiveFirst = positivesAreHigh ? first > second : first < second
        let moves = first == second ? (true, true) : (isPositiveFirst, !isPositiveFirst)
        advance(moves.0 ? positive.take() : 0, moves.1 ? negative.take() : 0)
      }
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
private struct KeyRuns {
  private var rest: ArraySlice<UInt64>
  private let fromHigh: Bool

  init(_ keys: [UInt64], fromHigh: Bool) {
    rest = keys[...]
    self.fromHigh = fromHigh
  }

  /// The key that comes next.
  var next: UInt64? { fromHigh ? rest.last : rest.first }

  /// Takes all keys equal to the next one and says how many they were.
  mutating func take() -> Int {
    let key = next
    var count = 0
    while next == key, key != nil {
      if fromHigh { rest.removeLast() } else { rest.removeFirst() }
      count += 1
    }
    return count
  }
}
