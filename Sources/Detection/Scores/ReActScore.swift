/// ReAct: free energy of features that are clipped where in-distribution features end.
///
///     S = log Σ_c exp(W · min(f, a) + b)_c        f: features, W and b: the head
///
/// a is a percentile of all features of all validation images, as in OpenOOD; the paper takes it over training images.
/// Reference: Sun, Guo & Li, *ReAct: Out-of-distribution Detection With Rectified Activations*, NeurIPS 2021,
/// arXiv 2111.12797.
public struct ReActScore: OODScore {
  /// What can be set.
  public struct Settings: ScoreSettings {
    /// The percentile of the features at which they are clipped, in 0…100.
    public var percentile: Double

    /// The 90th percentile unless told otherwise.
    public init(percentile: Double = 90) {
      precondition(percentile >= 0 && percentile <= 100, "a percentile is in 0…100, got \(percentile)")
      self.percentile = percentile
    }

    /// Takes `percentile`.
    public init(from arguments: inout ScoreArguments) throws {
      self.init(percentile: try arguments.number("percentile", in: 0...100) ?? 90)
    }

    /// `percentile=95`, nothing for the default.
    public var arguments: [String] {
      percentile == 90 ? [] : [ScoreArguments.written("percentile", percentile)]
    }
  }

  /// `react`.
  public static let name = "react"

  /// Features, the head and validation images.
  public static let needs: [Ingredient] = [.features, .head, .validation]

  /// Percentiles from 85 to 99.
  public static let searchGrid = [(key: "percentile", values: ["85", "90", "95", "99"])]

  /// The percentile.
  public let settings: Settings

  /// The score that clips at the percentile of `settings`.
  public init(_ settings: Settings = Settings()) { self.settings = settings }

  /// The percentile of the validation images' features.
  public func fit(on tables: FittingTables) throws -> Double {
    Percentile.of(tables.validation?.features?.values ?? [], percent: settings.percentile)
  }

  /// The energy of each image's clipped features.
  public func scores(of table: FeatureTable, _ limit: Double) -> [Double] {
    guard let features = table.features, let head = table.head else { return [] }
    return head.energies(of: features, shapedBy: { $0.clip(at: limit) })
  }
}
