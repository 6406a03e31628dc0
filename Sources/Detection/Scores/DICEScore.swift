/// DICE: free energy of logits to which only the weights contribute that matter on average.
///
///     S = log Σ_c exp((W ⊙ M) f + b)_c        M = 1 where W ⊙ mean f is above its percentile, else 0
///
/// The mean feature is that of the training images; the percentile is over all contributions of all classes.
/// Reference: Sun & Li, *DICE: Leveraging Sparsification for Out-of-Distribution Detection*, ECCV 2022,
/// arXiv 2111.09805.
public struct DICEScore: OODScore {
  /// What can be set.
  public struct Settings: ScoreSettings {
    /// The percentile of the contributions that are dropped, in 0…100.
    public var percentile: Double

    /// Drops ninety percent unless told otherwise.
    public init(percentile: Double = 90) {
      precondition(percentile >= 0 && percentile <= 100, "a percentile is in 0…100, got \(percentile)")
      self.percentile = percentile
    }

    /// Takes `percentile`.
    public init(from arguments: inout ScoreArguments) throws {
      self.init(percentile: try arguments.number("percentile", in: 0...100) ?? 90)
    }

    /// `percentile=70`, nothing for the default.
    public var arguments: [String] {
      percentile == 90 ? [] : [ScoreArguments.written("percentile", percentile)]
    }
  }

  /// `dice`.
  public static let name = "dice"

  /// Features, the head and training images.
  public static let needs: [Ingredient] = [.features, .head, .fittingBank]

  /// Percentiles from 10 to 90.
  public static let searchGrid = [(key: "percentile", values: ["10", "30", "50", "70", "90"])]

  /// The percentile.
  public let settings: Settings

  /// The score that drops as many contributions as `settings` say.
  public init(_ settings: Settings = Settings()) { self.settings = settings }

  /// The mean feature of the training images, summed in double precision.
  public func fit(on tables: FittingTables) throws -> [Double] {
    tables.bank?.features.map(\.columnMeans) ?? []
  }

  /// The energy of each image's sparse logits.
  public func scores(of table: FeatureTable, _ mean: [Double]) -> [Double] {
    guard let features = table.features, let head = table.head else { return [] }
    let weight = head.weight.values.map(Double.init)
    let contributions = weight.indices.map { weight[$0] * mean[$0 % mean.count] }
    let threshold = Percentile.of(contributions, percent: settings.percentile)
    let sparse = zip(weight, contributions).map { $1 > threshold ? $0 : 0 }
    return head.energies(of: features, weight: sparse)
  }
}

extension Matrix {
  /// The mean of each column, summed in double precision.
  var columnMeans: [Double] {
    var sums = [Double](repeating: 0, count: columnCount)
    _ = mapRows { row in
      for column in 0..<columnCount { sums[column] += Double(row[column]) }
    }
    return sums.map { $0 / Double(max(rowCount, 1)) }
  }
}
