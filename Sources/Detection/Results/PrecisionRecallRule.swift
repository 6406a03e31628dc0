/// How the area under precision over recall is summed; the two differ where scores tie or images are few.
public enum PrecisionRecallRule: String, Sendable, Equatable, CaseIterable {
  /// Steps: Σ (Rₖ − Rₖ₋₁) · Pₖ, which MOS, RNA and UM report.
  case averagePrecision = "average-precision"
  /// Trapezoids from the point (0, 1), which OpenOOD reports.
  case trapezoid

  /// The areas with ID and with OOD as the positive class.
  var figures: (inliers: KeyPath<MetricFigures, Double>, outliers: KeyPath<MetricFigures, Double>) {
    switch self {
    case .averagePrecision: (\.auprIn, \.auprOut)
    case .trapezoid: (\.auprInTrapezoid, \.auprOutTrapezoid)
    }
  }

  /// What it is, for a caption.
  public var meaning: String {
    switch self {
    case .averagePrecision: "average precision"
    case .trapezoid: "the area by trapezoids"
    }
  }
}
