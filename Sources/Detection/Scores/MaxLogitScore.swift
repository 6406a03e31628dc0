/// Maximum logit: the logit of the predicted class.
///
///     S = max_c v_c        v: logits
///
/// Reference: Hendrycks et al., *Scaling Out-of-Distribution Detection for Real-World Settings*, ICML 2022,
/// arXiv 1911.11132.
public struct MaxLogitScore: OODScore {
  /// No settings.
  public typealias Settings = NoSettings

  /// `mls`.
  public static let name = "mls"

  /// The logits suffice.
  public static let needs: [Ingredient] = [.logits]

  /// There is nothing to set.
  public let settings: Settings

  /// The score.
  public init(_ settings: Settings = Settings()) { self.settings = settings }

  /// The largest logit of each image.
  public func scores(of table: FeatureTable, _ fit: NothingFitted) -> [Double] {
    table.logits?.mapRows { LogitRow($0).maximum } ?? []
  }
}
