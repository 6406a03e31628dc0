/// The curves of a detector as its threshold moves over all scores, ready to be drawn: ROC and precision over recall.
public struct DetectionCurve: Sendable, Equatable {
  /// What a detector does at one threshold.
  public struct Point: Sendable, Equatable {
    /// The share of the positive images that are called positive; the true positive rate.
    public let recall: Double

    /// The share of the negative images that are called positive.
    public let falsePositiveRate: Double

    /// The share of positive images among those called positive, 1 where none is.
    public let precision: Double
  }

  /// Which side is the positive one.
  public enum Positive: Sendable, Equatable {
    /// In-distribution images.
    case inliers
    /// Out-of-distribution images.
    case outliers
  }

  /// The points from the strictest threshold to the laxest, beginning at recall 0 and ending at 1.
  ///
  /// Those that differ from the one before by less than a two-thousandth in every coordinate are left out.
  public let points: [Point]

  /// The curve of scores of which larger means more in-distribution; without points if either side is empty.
  ///
  /// Throws `MetricsError` if a score is NaN.
  public init(inlierScores: [Double], outlierScores: [Double], positive: Positive = .inliers) throws {
    let inliers = try ScoreOrder(inlierScores, "in-distribution").keys
    let outliers = try ScoreOrder(outlierScores, "out-of-distribution").keys
    guard !inliers.isEmpty, !outliers.isEmpty else {
      points = []
      return
    }
    let (positives, negatives) = positive == .inliers ? (inliers, outliers) : (outliers, inliers)
    points = positives.withUnsafeBufferPointer { positives in
      negatives.withUnsafeBufferPointer { negatives in
        Self.points(
          KeyRuns(positives, fromHigh: positive == .inliers), positives.count,
          KeyRuns(negatives, fromHigh: positive == .inliers), negatives.count)
      }
    }
  }

  private static func points(
    _ positives: KeyRuns, _ positiveCount: Int, _ negatives: KeyRuns, _ negativeCount: Int
  ) -> [Point] {
    var (positives, negatives) = (positives, negatives)
    var (truePositives, falsePositives) = (0, 0)
    var last = Point(recall: 0, falsePositiveRate: 0, precision: 1)
    var points = [last]
    var pending: Point?
    while let threshold = KeyRuns.first(positives, negatives) {
      truePositives += positives.take(threshold)
      falsePositives += negatives.take(threshold)
      let point = Point(
        recall: Double(truePositives) / Double(positiveCount),
        falsePositiveRate: Double(falsePositives) / Double(negativeCount),
        precision: Double(truePositives) / Double(truePositives + falsePositives))
      guard point.differs(from: last) else {
        pending = point
        continue
      }
      // The corner before a long step is not to be cut off.
      if let pending { points.append(pending) }
      pending = nil
      points.append(point)
      last = point
    }
    if let pending { points.append(pending) }
    return points
  }
}

extension DetectionCurve.Point {
  /// Whether anybody would see the difference.
  fileprivate func differs(from other: Self) -> Bool {
    let smallest = 1.0 / 2000
    return abs(recall - other.recall) >= smallest
      || abs(falsePositiveRate - other.falsePositiveRate) >= smallest
      || abs(precision - other.precision) >= smallest
  }
}
