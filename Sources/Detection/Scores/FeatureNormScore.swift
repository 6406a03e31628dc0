/// Feature norm: the length of the pooled feature (RN, "representation norm").
///
///     S = ‖f‖₂        f: features
///
/// The paper writes −‖f‖, larger for outliers; here larger is more in-distribution, as everywhere.
/// Reference: Shin & Chung, *Representation Norm Amplification for Out-of-Distribution Detection in Long-Tail
/// Learning*, TMLR 2024, arXiv 2408.10676.
public struct FeatureNormScore: OODScore {
  /// No settings.
  public typealias Settings = NoSettings

  /// `rn`.
  public static let name = "rn"

  /// The features suffice.
  public static let needs: [Ingredient] = [.features]

  /// There is nothing to set.
  public let settings: Settings

  /// The score.
  public init(_ settings: Settings = Settings()) { self.settings = settings }

  /// The norm of each image's feature, summed in double precision.
  public func scores(of table: FeatureTable, _ fit: NothingFitted) -> [Double] {
    table.features?.parallelMapRows { row in
      row.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    } ?? []
  }
}
