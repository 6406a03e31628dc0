import Foundation

/// What results.json says where some classes have many training images and others few.
///
/// Groups are those of `ShotGroup.byRank`. The false positive rates are those of `ClassFalsePositiveRate`: where 95 %
/// of a set's images are flagged, what share of each class's in-distribution images is flagged too.
///
/// - Reference: Shin & Chung, *Representation Norm Amplification for Out-of-Distribution Detection in Long-Tail
///   Learning*, TMLR 2024, Tables 1 and 2.
public struct LongTailResults: Sendable, Equatable {
  /// Means over groups of classes; NaN of a group without classes.
  public struct Groups: Sendable, Equatable {
    /// Over classes of many training images.
    public let many: Double
    /// Over classes in between.
    public let medium: Double
    /// Over classes of few training images.
    public let few: Double
    /// Over all classes, each alike.
    public let all: Double
  }

  /// The false positive rate over one set.
  public struct ClassRates: Sendable, Equatable {
    /// Means over classes.
    public let groups: Groups
    /// The rate of each class.
    public let classes: [Double]
  }

  /// Training images of each class.
  public let trainingCounts: [Int]

  /// The group of each class.
  public let groups: [ShotGroup]

  /// The accuracy of each class.
  public let classAccuracy: [Double]

  /// Means of the classes' accuracy.
  public let accuracy: Groups

  /// Means of the classes' largest softmax probability.
  public let confidence: Groups

  /// The mean of the largest softmax probability on each out-of-distribution set.
  public let outlierConfidence: [String: Double]

  /// The false positive rates by score and set.
  public internal(set) var falsePositiveRates: [String: [String: ClassRates]] = [:]

  /// Accuracy and confidence of tables; throws what the metrics throw.
  init(_ inliers: FeatureTable, outliers: [FeatureTable], trainingCounts: [Int]) throws {
    self.trainingCounts = trainingCounts
    groups = ShotGroup.byRank(trainingCounts)
    let accuracy = try ClassAccuracy(of: inliers)
    classAccuracy = accuracy.classes
    self.accuracy = try Groups(accuracy.classes, groups)
    confidence = try Groups(SoftmaxConfidence(of: inliers).classes, groups)
    outlierConfidence = try Dictionary(
      uniqueKeysWithValues: outliers.map { ($0.name, try SoftmaxConfidence(of: $0).mean) })
  }

  /// Adds the rates of a score over a set.
  mutating func add(_ score: String, _ set: String, _ scores: [Double], labels: [Int], outliers: [Double])
    throws
  {
    let rates = try ClassFalsePositiveRate(
      inlierScores: scores, labels: labels, classCount: groups.count, outlierScores: outliers)
    falsePositiveRates[score, default: [:]][set] = ClassRates(
      groups: try Groups(rates.classes, groups), classes: rates.classes)
  }
}

extension LongTailResults.Groups {
  fileprivate init(_ classes: [Double], _ groups: [ShotGroup]) throws {
    many = try ClassMean.of(classes, .many, groups)
    medium = try ClassMean.of(classes, .medium, groups)
    few = try ClassMean.of(classes, .few, groups)
    all = ClassMean.of(classes)
  }
}

extension LongTailResults.Groups: Codable {
  /// Writes the means, null for NaN.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: ResultKey.self)
    try container.encodeFigure(many, "many")
    try container.encodeFigure(medium, "medium")
    try container.encodeFigure(few, "few")
    try container.encodeFigure(all, "all")
  }

  /// Reads the means.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: ResultKey.self)
    many = try container.decodeFigure("many")
    medium = try container.decodeFigure("medium")
    few = try container.decodeFigure("few")
    all = try container.decodeFigure("all")
  }
}

extension LongTailResults.ClassRates: Codable {
  /// Writes means and classes, null for NaN.
  public func encode(to encoder: any Encoder) throws {
    try groups.encode(to: encoder)
    var container = encoder.container(keyedBy: ResultKey.self)
    try container.encode(classes.map { $0.isFinite ? $0 : nil }, forKey: "classes")
  }

  /// Reads means and classes.
  public init(from decoder: any Decoder) throws {
    groups = try LongTailResults.Groups(from: decoder)
    let container = try decoder.container(keyedBy: ResultKey.self)
    classes = try container.decode([Double?].self, forKey: "classes").map { $0 ?? .nan }
  }
}

extension LongTailResults: Codable {
  /// Writes the member `longTail` of results.json.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: ResultKey.self)
    try container.encode(trainingCounts, forKey: "trainingCounts")
    try container.encode(groups.map(\.rawValue), forKey: "groups")
    try container.encode(classAccuracy.map { $0.isFinite ? $0 : nil }, forKey: "classAccuracy")
    try container.encode(accuracy, forKey: "accuracy")
    try container.encode(confidence, forKey: "confidence")
    try container.encode(outlierConfidence, forKey: "outlierConfidence")
    try container.encode(falsePositiveRates, forKey: "fpr95_ood")
  }

  /// Reads the member `longTail` of results.json.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: ResultKey.self)
    trainingCounts = try container.decode([Int].self, forKey: "trainingCounts")
    groups = try container.decode([String].self, forKey: "groups").map { ShotGroup(rawValue: $0) ?? .medium }
    classAccuracy = try container.decode([Double?].self, forKey: "classAccuracy").map { $0 ?? .nan }
    accuracy = try container.decode(Groups.self, forKey: "accuracy")
    confidence = try container.decode(Groups.self, forKey: "confidence")
    outlierConfidence = try container.decode([String: Double].self, forKey: "outlierConfidence")
    falsePositiveRates = try container.decode(
      [String: [String: ClassRates]].self, forKey: "fpr95_ood")
  }
}
