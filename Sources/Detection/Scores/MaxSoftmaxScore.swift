/// Maximum softmax probability: the probability of the predicted class.
///
///     S = max_c softmax(v)_c        v: logits
///
/// Computed in double precision, because confident images of float probabilities all tie at 1.
/// Reference: Hendrycks & Gimpel, *A Baseline for Detecting Misclassified and Out-of-Distribution Examples in
/// Neural Networks*, ICLR 2017, arXiv 1610.02136.
public struct MaxSoftmaxScore: OODScore {
  /// No settings.
  public typealias Settings = NoSettings

  /// `msp`.
  public static let name = "msp"

  /// The logits suffice.
  public static let needs: [Ingredient] = [.logits]

  /// There is nothing to set.
  public let settings: Settings

  /// The score.
  public init(_ settings: Settings = Settings()) { self.settings = settings }

  /// The largest probability of each image, in (0, 1].
  public func scores(of table: FeatureTable, _ fit: NothingFitted) -> [Double] {
    table.logits?.mapRows { LogitRow($0).maximumProbability } ?? []
  }
}
