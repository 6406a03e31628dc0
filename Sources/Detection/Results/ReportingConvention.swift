/// Which of the figures a paper prints under the names that all papers share.
public struct ReportingConvention: Sendable, Equatable {
  /// What its "FPR95" is.
  public let falsePositiveRate: FalsePositiveRateVariant

  /// How its "AUPR" is summed.
  public let precisionRecall: PrecisionRecallRule

  /// Whose convention it is, for a caption; nil for our own.
  public let source: String?

  /// A convention of those parts.
  public init(
    falsePositiveRate: FalsePositiveRateVariant = .inlierFirst,
    precisionRecall: PrecisionRecallRule = .averagePrecision, source: String? = nil
  ) {
    self.falsePositiveRate = falsePositiveRate
    self.precisionRecall = precisionRecall
    self.source = source
  }
}
