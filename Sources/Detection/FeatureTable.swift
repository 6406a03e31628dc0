import Kernels

/// What a network says about a set of images: features, logits, labels, and the head between features and logits.
///
/// Everything a score needs of a set, made once and shared by all scores. It can come from any framework; no
/// network is needed to use it. A value always holds what its parts promise: see `init`.
public struct FeatureTable: Sendable, Equatable {
  /// What the set is called in messages and results.
  public let name: String

  /// The input of the last layer, [images, feature width].
  public let features: Matrix?

  /// The output of the last layer, [images, classes], or [images, classes + groups] with `groups`.
  public let logits: Matrix?

  /// The class of each image; −1 for an image of no known class.
  ///
  /// With `groups`, classes are numbered in the order of their logits, those of the first group first.
  public let labels: [Int]

  /// The last layer.
  public let head: ClassifierHead?

  /// The number of classes of each group, for networks trained with a softmax per group.
  public let groups: [Int]?

  /// The features of inner layers.
  public let layerFeatures: [LayerFeatures]

  /// The number of images.
  public var count: Int { labels.count }

  /// Where the logits of groups lie, if the table has groups.
  package var classGroups: ClassGroups? { groups.map { ClassGroups(sizes: $0) } }

  /// The number of classes, if the table has logits.
  public var classCount: Int? { logits.map { $0.columnCount - (groups?.count ?? 0) } }

  /// A table of the given parts; throws `FeatureTableError` if they do not fit each other.
  ///
  /// There must be features or logits; every part must have a row per label; every number must be finite; labels
  /// lie in −1 ..< classes; the head leads from the features' width to the logits' width; groups partition the classes.
  public init(
    name: String, features: Matrix? = nil, logits: Matrix? = nil, labels: [Int],
    head: ClassifierHead? = nil, groups: [Int]? = nil, layerFeatures: [LayerFeatures] = []
  ) throws {
    self.name = name
    self.features = features
    self.logits = logits
    self.labels = labels
    self.head = head
    self.groups = groups
    self.layerFeatures = layerFeatures
    try checkRows()
    try checkGroups()
    try checkLabels()
    try checkHead()
  }

  /// The same table with other labels, one an image; throws `FeatureTableError` if they do not fit.
  public func labelled(_ labels: [Int]) throws -> FeatureTable {
    try FeatureTable(
      name: name, features: features, logits: logits, labels: labels, head: head, groups: groups,
      layerFeatures: layerFeatures)
  }

  private func checkRows() throws {
    guard features != nil || logits != nil else { throw fault("has neither features nor logits") }
    let layers = layerFeatures.map { ("features.\($0.layer)", Optional($0.features)) }
    for case (let part, let matrix?) in [("features", features), ("logits", logits)] + layers {
      guard matrix.rowCount == labels.count else {
        throw fault("\(part) has \(matrix.rowCount) rows for \(labels.count) labels")
      }
      guard matrix.columnCount > 0 else { throw fault("\(part) has rows of width 0") }
      if let row = matrix.firstRowNotFinite {
        throw fault("\(part) holds a value in row \(row) that is not finite")
      }
    }
  }

  private func checkGroups() throws {
    guard let groups else { return }
    guard let logits else { throw fault("has groups but no logits") }
    guard !groups.isEmpty, groups.allSatisfy({ $0 > 0 }) else {
      throw fault("groups is \(groups), expected a positive number of classes for each group")
    }
    // A sum of bounded terms: each is compared with the width before it is added.
    let width = logits.columnCount
    let isBounded = groups.allSatisfy { $0 <= width }
    guard isBounded, groups.reduce(groups.count, +) == width else {
      throw fault("logits has width \(width), which is not the classes plus the number of groups \(groups)")
    }
  }

  private func checkLabels() throws {
    let bound = classCount ?? Int.max
    guard let index = labels.firstIndex(where: { $0 < -1 || $0 >= bound }) else { return }
    let expected = bound == Int.max ? "−1 or a class" : "−1 or 0 to \(bound - 1)"
    throw fault("labels holds \(labels[index]) in row \(index), expected \(expected)")
  }

  private func checkHead() throws {
    guard let head else { return }
    let shape = "[\(head.weight.rowCount), \(head.weight.columnCount)]"
    if let features, head.weight.columnCount != features.columnCount {
      throw fault("classifier.weight is \(shape), but features has width \(features.columnCount)")
    }
    if let logits, head.weight.rowCount != logits.columnCount {
      throw fault("classifier.weight is \(shape), but logits has width \(logits.columnCount)")
    }
    guard head.bias.count == head.weight.rowCount else {
      throw fault("classifier.bias has \(head.bias.count) values, but classifier.weight is \(shape)")
    }
    guard head.weight.firstRowNotFinite == nil, head.bias.allSatisfy(\.isFinite) else {
      throw fault("the classifier's weight or bias holds a value that is not finite")
    }
  }

  private func fault(_ problem: String) -> FeatureTableError {
    FeatureTableError(table: name, problem: problem)
  }
}
