/// ASH-B: free energy of features of which the largest are made equal.
///
///     S = log Σ_c exp(W · f′ + b)_c        f′ = Σ f / k where f is among the k largest, else 0
///
/// Of D features k = D − round(D · percentile / 100) are kept, at least one; of equal ones those that come first.
/// Acts on the pooled feature.
/// Reference: Djurisic et al., *Extremely Simple Activation Shaping for Out-of-Distribution Detection*, ICLR 2023,
/// arXiv 2209.09858.
public struct ASHBinarizingScore: OODScore {
  /// What can be set.
  public typealias Settings = PruningSettings

  /// `ash-b`.
  public static let name = "ash-b"

  /// Features and the head.
  public static let needs: [Ingredient] = [.features, .head]

  /// Shares from 65 % to 95 %.
  public static let searchGrid = PruningSettings.searchGrid

  /// How much is cut off.
  public let settings: Settings

  /// The score that cuts off as much as `settings` say.
  public init(_ settings: Settings = Settings()) { self.settings = settings }

  /// The energy of each image's shaped features.
  public func scores(of table: FeatureTable, _ fit: NothingFitted) -> [Double] {
    guard let features = table.features, let head = table.head else { return [] }
    let kept = settings.keptCount(of: features.columnCount)
    return head.energies(of: features, shapedBy: { $0.shape(keeping: kept, .binarized) })
  }
}
