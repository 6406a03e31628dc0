/// How well one score tells one out-of-distribution set from the in-distribution set.
///
/// The figures are reached directly: `metrics.auroc`. Everything is read off one sort of each set's scores.
/// Definitions: AUROC by pairs with ties as a half; AUPR as average precision and by trapezoids; false positive rate
/// at 95 % in four variants, since papers differ in which class is positive and in how the threshold is chosen.
@dynamicMemberLookup
public struct OODMetrics: Sendable, Equatable {
  /// The nine figures.
  public let figures: MetricFigures

  /// The number of in-distribution images.
  public let inlierCount: Int

  /// The number of out-of-distribution images.
  public let outlierCount: Int

  /// The metrics of scores of which larger means more in-distribution.
  ///
  /// If either list is empty the figures are NaN. Throws `MetricsError` if a score is NaN; infinite scores are
  /// ordinary. Costs two linear passes over the sorted scores.
  public init(inlierScores: [Double], outlierScores: [Double]) throws {
    try self.init(
      inliers: try ScoreOrder(inlierScores, "in-distribution"),
      outliers: try ScoreOrder(outlierScores, "out-of-distribution"))
  }

  /// The metrics of scores already in order, so that the inliers are sorted once for many sets of outliers.
  init(inliers: ScoreOrder, outliers: ScoreOrder) throws {
    inlierCount = inliers.keys.count
    outlierCount = outliers.keys.count
    var figures = MetricFigures(repeating: .nan)
    if inlierCount > 0, outlierCount > 0 {
      let inlierCurve = OperatingCurve(
        positives: inliers.keys, negatives: outliers.keys, positivesAreHigh: true)
      let outlierCurve = OperatingCurve(
        positives: outliers.keys, negatives: inliers.keys, positivesAreHigh: false)
      figures = MetricFigures(
        inlierCurve, outlierCurve, inlierCount: inlierCount, outlierCount: outlierCount)
    }
    self.figures = figures
  }

  /// One of the nine figures.
  public subscript(dynamicMember figure: KeyPath<MetricFigures, Double>) -> Double {
    figures[keyPath: figure]
  }
}

extension OODMetrics: Codable {
  /// Writes the figures and the counts side by side.
  public func encode(to encoder: any Encoder) throws {
    try figures.encode(to: encoder)
    var container = encoder.container(keyedBy: ResultKey.self)
    try container.encode(inlierCount, forKey: "id_count")
    try container.encode(outlierCount, forKey: "ood_count")
  }

  /// Reads the figures and the counts.
  public init(from decoder: any Decoder) throws {
    figures = try MetricFigures(from: decoder)
    let container = try decoder.container(keyedBy: ResultKey.self)
    inlierCount = try container.decode(Int.self, forKey: "id_count")
    outlierCount = try container.decode(Int.self, forKey: "ood_count")
  }
}
