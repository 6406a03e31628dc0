/// The share of each class's images that are flagged where 95 % of the out-of-distribution images are.
///
/// The threshold is one for all classes, since out-of-distribution images have no class: the first that flags at
/// least 95 % of them. Reference: RNA (Shin and Chung 2024), Table 1.
public struct ClassFalsePositiveRate: Sendable, Equatable {
  /// The score up to which an image is flagged; NaN without out-of-distribution images.
  public let threshold: Double

  /// The share of each class's images that are flagged, NaN for a class without images.
  public let classes: [Double]

  /// The share of all labelled images that are flagged: `fpr95_ood` if every image has a label.
  public let pooled: Double

  /// The rates of images of those scores and labels; images of label −1 are passed over.
  ///
  /// Throws `MetricsError` if a score is NaN or a label is not below `classCount`.
  public init(inlierScores: [Double], labels: [Int], classCount: Int, outlierScores: [Double]) throws {
    precondition(
      inlierScores.count == labels.count, "\(inlierScores.count) scores for \(labels.count) labels")
    let outliers = try ScoreOrder(outlierScores, "out-of-distribution").keys
    _ = try ScoreOrder.checked(inlierScores, "in-distribution")
    // In whole numbers, so that 19 of 20 are 95 %.
    let flagged = (outliers.count * 95 + 99) / 100
    let threshold = outliers.isEmpty ? Double.nan : ScoreOrder.score(outliers[flagged - 1])
    var falsePositives = [Int](repeating: 0, count: classCount)
    var counts = falsePositives
    for (index, label) in labels.enumerated() where label != -1 {
      guard (0..<classCount).contains(label) else {
        throw MetricsError(
          description: "the label of image \(index) is \(label), expected −1 or 0 to \(classCount - 1)")
      }
      counts[label] += 1
      if inlierScores[index] <= threshold { falsePositives[label] += 1 }
    }
    self.threshold = threshold
    let isDefined = !outliers.isEmpty
    classes = zip(falsePositives, counts).map { isDefined ? Double($0) / Double($1) : .nan }
    pooled = isDefined ? Double(falsePositives.reduce(0, +)) / Double(counts.reduce(0, +)) : .nan
  }

  /// The mean over the classes that have images, the column "Avg.".
  public var average: Double { ClassMean.of(classes) }

  /// The mean over the classes of a group that have images, NaN if there are none.
  ///
  /// Throws `MetricsError` if there are not as many groups as classes.
  public func mean(of group: ShotGroup, in groups: [ShotGroup]) throws -> Double {
    try ClassMean.of(classes, group, groups)
  }
}
