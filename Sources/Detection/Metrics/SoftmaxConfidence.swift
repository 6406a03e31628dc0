/// How sure a classifier is: the mean of the largest softmax probability.
///
/// RNA's Table 1 (Shin and Chung 2024) has it for the test set, for its few-shot classes and for an
/// out-of-distribution set; as a fraction here, in percent there.
public struct SoftmaxConfidence: Sendable, Equatable {
  /// The mean over all images, NaN of none.
  public let mean: Double

  /// The mean over the images of each class, NaN for a class without images.
  public let classes: [Double]

  /// The confidence of a table's logits; throws `FeatureTableError` if it has none.
  ///
  /// Of a softmax per group it is the probability that the predicted class has in its group.
  public init(of table: FeatureTable) throws {
    let confidences = try table.classifications(for: "confidence").map(\.probability)
    mean = confidences.reduce(0, +) / Double(confidences.count)
    var sums = [Double](repeating: 0, count: table.classCount ?? 0)
    var counts = [Int](repeating: 0, count: sums.count)
    for (confidence, label) in zip(confidences, table.labels) where label >= 0 {
      sums[label] += confidence
      counts[label] += 1
    }
    classes = zip(sums, counts).map { $0 / Double($1) }
  }

  /// The mean over the classes of a group that have images, NaN if there are none.
  ///
  /// Of a balanced test set that is the mean over those classes' images. Throws `MetricsError` if there are not as
  /// many groups as classes.
  public func mean(of group: ShotGroup, in groups: [ShotGroup]) throws -> Double {
    try ClassMean.of(classes, group, groups)
  }
}
