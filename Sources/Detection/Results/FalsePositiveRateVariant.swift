/// One of the four false positive rates at 95 % in use, named as in results.json.
public enum FalsePositiveRateVariant: String, Sendable, Equatable, CaseIterable {
  /// ID positive, first threshold with at least 95 %.
  case inlierFirst = "fpr95_id"
  /// OOD positive, first threshold with at least 95 %.
  case outlierFirst = "fpr95_ood"
  /// ID positive, threshold nearest to 95 %.
  case inlierNearest = "fpr95_id_nearest"
  /// OOD positive, threshold nearest to 95 %.
  case outlierNearest = "fpr95_ood_nearest"

  /// The figure it stands for.
  package var figure: KeyPath<MetricFigures, Double> {
    switch self {
    case .inlierFirst: \.fpr95ID
    case .outlierFirst: \.fpr95OOD
    case .inlierNearest: \.fpr95IDNearest
    case .outlierNearest: \.fpr95OODNearest
    }
  }

  /// What it measures, for a caption.
  public var meaning: String {
    switch self {
    case .inlierFirst: "ID positive: OOD accepted at the first threshold that accepts at least 95 % of ID"
    case .outlierFirst: "OOD positive: ID flagged at the first threshold that flags at least 95 % of OOD"
    case .inlierNearest: "ID positive: OOD accepted at the threshold that accepts nearest to 95 % of ID"
    case .outlierNearest: "OOD positive: ID flagged at the threshold that flags nearest to 95 % of OOD"
    }
  }
}
