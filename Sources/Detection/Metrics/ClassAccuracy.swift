/// The accuracy of each class, and its means over classes of many, medium and few training images.
public struct ClassAccuracy: Sendable, Equatable {
  /// The share of each class's images that were classified correctly, NaN for a class without images.
  public let classes: [Double]

  /// The accuracy of those classes given the classes' predictions; images of label −1 are passed over.
  ///
  /// Throws `MetricsError` if a label is not below `classCount`.
  public init(predictions: [Int], labels: [Int], classCount: Int) throws {
    precondition(
      predictions.count == labels.count, "\(predictions.count) predictions for \(labels.count) labels")
    var correct = [Int](repeating: 0, count: classCount)
    var counts = correct
    for (index, label) in labels.enumerated() where label != -1 {
      guard (0..<classCount).contains(label) else {
        throw MetricsError(
          description: "the label of image \(index) is \(label), expected −1 or 0 to \(classCount - 1)")
      }
      counts[label] += 1
      if predictions[index] == label { correct[label] += 1 }
    }
    classes = zip(correct, counts).map { Double($0) / Double($1) }
  }

  /// The accuracy of each class of a table's logits; throws `FeatureTableError` if it has none.
  ///
  /// Of a table with groups, classes are numbered in the order of their logits.
  public init(of table: FeatureTable) throws {
    try self.init(
      predictions: try table.predictions(), labels: table.labels, classCount: table.classCount ?? 0)
  }

  /// The mean over all classes that have images, which weighs each class alike.
  public var balanced: Double { ClassMean.of(classes) }

  /// The mean over the classes of a group that have images, NaN if there are none.
  ///
  /// Throws `MetricsError` if there are not as many groups as classes.
  public func mean(of group: ShotGroup, in groups: [ShotGroup]) throws -> Double {
    try ClassMean.of(classes, group, groups)
  }
}

/// Plain means over classes, those without a value left out.
enum ClassMean {
  static func of(_ values: [Double]) -> Double {
    let known = values.filter { !$0.isNaN }
    return known.reduce(0, +) / Double(known.count)
  }

  static func of(_ values: [Double], _ group: ShotGroup, _ groups: [ShotGroup]) throws -> Double {
    guard values.count == groups.count else {
      throw MetricsError(
        description: "there are \(values.count) classes, but training counts of \(groups.count)")
    }
    return of(zip(values, groups).filter { $0.1 == group }.map(\.0))
  }
}
