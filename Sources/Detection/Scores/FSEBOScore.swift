/// FSEBO: free energy of clipped features, weighted with the mean feature.
///
///     S = log Σ_c exp(W · min(f, a) + b)_c · (1 + mean f)        f: features, W and b: the head
///
/// a is the 92 % quantile of all features of all training images. The public code clips outliers at 1 and inliers at
/// the quantile; here all are clipped at the quantile, because a score must not know which they are.
/// Reference: Guan et al., *Exploiting Discrepancy in Feature Statistic for Out-of-Distribution Detection*, AAAI 2024.
public struct FSEBOScore: OODScore {
  /// No settings.
  public typealias Settings = NoSettings

  /// `fsebo`.
  public static let name = "fsebo"

  /// Features, the head and training images.
  public static let needs: [Ingredient] = [.features, .head, .fittingBank]

  /// There is nothing to set.
  public let settings: Settings

  /// The score.
  public init(_ settings: Settings = Settings()) { self.settings = settings }

  /// The quantile of the training images' features.
  public func fit(on tables: FittingTables) throws -> Double {
    Percentile.of(tables.bank?.features?.values ?? [], percent: 92)
  }

  /// The weighted energy of each image.
  public func scores(of table: FeatureTable, _ limit: Double) -> [Double] {
    guard let features = table.features, let head = table.head else { return [] }
    let energies = head.energies(of: features, shapedBy: { $0.clip(at: limit) })
    let means = features.parallelMapRows { row in
      row.reduce(0) { $0 + Double($1) } / Double(row.count)
    }
    return zip(energies, means).map { $0 * (1 + $1) }
  }
}
