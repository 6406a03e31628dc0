/// How well one score tells two sets apart: nine figures, fractions in 0…1, NaN where a set is empty.
///
/// `id` and `in` are the in-distribution side, `ood` and `out` the other.
public struct MetricFigures: Sendable, Equatable {
  /// The chance that an in-distribution image scores above an out-of-distribution one, ties counting a half.
  public var auroc: Double

  /// Average precision with ID as the positive class.
  public var auprIn: Double

  /// Average precision with OOD as the positive class.
  public var auprOut: Double

  /// The share of OOD accepted at the first threshold that accepts at least 95 % of ID.
  public var fpr95ID: Double

  /// The share of ID flagged at the first threshold that flags at least 95 % of OOD.
  public var fpr95OOD: Double

  /// As `fpr95ID`, at the threshold whose share of ID is nearest to 95 %.
  public var fpr95IDNearest: Double

  /// As `fpr95OOD`, at the threshold whose share of OOD is nearest to 95 %.
  public var fpr95OODNearest: Double

  /// The area under precision over recall by trapezoids, ID positive.
  public var auprInTrapezoid: Double

  /// The area under precision over recall by trapezoids, OOD positive.
  public var auprOutTrapezoid: Double

  /// Figures that all have that value, such as NaN for unknown ones.
  public init(repeating value: Double) {
    auroc = value
    auprIn = value
    auprOut = value
    fpr95ID = value
    fpr95OOD = value
    fpr95IDNearest = value
    fpr95OODNearest = value
    auprInTrapezoid = value
    auprOutTrapezoid = value
  }

  /// The plain mean of several, figure by figure; NaN of none.
  public init(meanOf all: [MetricFigures]) {
    self.init(repeating: 0)
    for (_, figure) in Self.keys {
      self[keyPath: figure] = all.reduce(0) { $0 + $1[keyPath: figure] } / Double(all.count)
    }
  }

  /// The figures of two curves of the same scores, each with its side as the positive one.
  init(_ inliers: OperatingCurve, _ outliers: OperatingCurve, inlierCount: Int, outlierCount: Int) {
    auroc = Double(inliers.doubledPairCount) / 2 / (Double(inlierCount) * Double(outlierCount))
    auprIn = inliers.averagePrecision
    auprOut = outliers.averagePrecision
    fpr95ID = inliers.falsePositiveRateFirst
    fpr95OOD = outliers.falsePositiveRateFirst
    fpr95IDNearest = inliers.falsePositiveRateNearest
    fpr95OODNearest = outliers.falsePositiveRateNearest
    auprInTrapezoid = inliers.trapezoidArea
    auprOutTrapezoid = outliers.trapezoidArea
  }

  /// These figures less the others, one by one.
  func subtracting(_ other: MetricFigures) -> MetricFigures {
    var difference = self
    for (_, figure) in Self.keys { difference[keyPath: figure] -= other[keyPath: figure] }
    return difference
  }

  /// Every figure with its name in results.json.
  package static var keys: [(name: String, figure: WritableKeyPath<MetricFigures, Double>)] {
    [
      ("auroc", \.auroc), ("aupr_in", \.auprIn), ("aupr_out", \.auprOut),
      ("fpr95_id", \.fpr95ID), ("fpr95_ood", \.fpr95OOD),
      ("fpr95_id_nearest", \.fpr95IDNearest), ("fpr95_ood_nearest", \.fpr95OODNearest),
      ("aupr_in_trapezoid", \.auprInTrapezoid), ("aupr_out_trapezoid", \.auprOutTrapezoid),
    ]
  }
}

extension MetricFigures {
  /// The names of the nine figures in results.json.
  package static var names: [String] { keys.map(\.name) }

  /// The figure of that name; NaN if there is none.
  package subscript(name: String) -> Double {
    Self.keys.first { $0.name == name }.map { self[keyPath: $0.figure] } ?? .nan
  }
}

extension MetricFigures: Codable {
  /// Writes each figure under its name, null for NaN.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: ResultKey.self)
    for (name, figure) in Self.keys { try container.encodeFigure(self[keyPath: figure], name) }
  }

  /// Reads each figure under its name, NaN for null.
  public init(from decoder: any Decoder) throws {
    self.init(repeating: .nan)
    let container = try decoder.container(keyedBy: ResultKey.self)
    for (name, figure) in Self.keys { self[keyPath: figure] = try container.decodeFigure(name) }
  }
}
