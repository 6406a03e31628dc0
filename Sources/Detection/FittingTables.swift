/// The tables a score may be fitted on.
public struct FittingTables: Sendable {
  /// Training images, seen without augmentation.
  public let bank: FeatureTable?

  /// In-distribution images that were not trained on.
  public let validation: FeatureTable?

  /// Out-of-distribution images that choose settings, and never those that are measured.
  public let outliers: FeatureTable?

  /// The given tables; none is needed by scores that fit nothing.
  public init(
    bank: FeatureTable? = nil, validation: FeatureTable? = nil, outliers: FeatureTable? = nil
  ) {
    self.bank = bank
    self.validation = validation
    self.outliers = outliers
  }
}
