/// KNN: minus the squared distance to the kth nearest training image.
///
///     S = −‖f̂ − ĝ_k‖²        f̂ = f / ‖f‖, ĝ_k: the kth nearest of the bank's features, normalised likewise
///
/// A zero feature stays zero. With a bank of fewer than k images its farthest counts. The square changes no ranking;
/// the paper's formula lacks it, OpenOOD has it. Distances are exact: the nearest are found in float32 with room for
/// its rounding, and their distances computed in double precision, so that an image of the bank has 0 to itself.
/// Reference: Sun et al., *Out-of-Distribution Detection with Deep Nearest Neighbors*, ICML 2022, arXiv 2204.06507.
public struct NearestNeighborScore: OODScore {
  /// What can be set.
  public struct Settings: ScoreSettings {
    /// Which neighbour counts, from 1.
    public var k: Int

    /// Whether features are brought to length 1 first.
    public var normalizes: Bool

    /// The 50th neighbour of normalised features unless told otherwise.
    public init(k: Int = 50, normalizes: Bool = true) {
      self.k = k
      self.normalizes = normalizes
    }

    /// Takes `k` and `normalize`.
    public init(from arguments: inout ScoreArguments) throws {
      self.init(k: try arguments.count("k") ?? 50, normalizes: try arguments.flag("normalize") ?? true)
    }

    /// `k=10`, `normalize=false`, what differs from the defaults.
    public var arguments: [String] { (k == 50 ? [] : ["k=\(k)"]) + (normalizes ? [] : ["normalize=false"]) }
  }

  /// The training images' features, ready to be searched.
  public struct Bank: Sendable {
    let search: NearestRows
    /// What each row is multiplied by before it is compared.
    let factors: [Double]
  }

  /// `knn`.
  public static let name = "knn"

  /// Features, and training images.
  public static let needs: [Ingredient] = [.features, .fittingBank]

  /// From the 50th neighbour to the 1000th.
  public static let searchGrid = [(key: "k", values: ["50", "100", "200", "500", "1000"])]

  /// Which neighbour.
  public let settings: Settings

  /// The score of the neighbour of `settings`.
  public init(_ settings: Settings = Settings()) {
    precondition(settings.k >= 1, "knn needs k of at least 1, got \(settings.k)")
    self.settings = settings
  }

  /// Prepares the bank; its features are shared, not copied.
  public func fit(on tables: FittingTables) throws -> Bank {
    let features = tables.bank?.features ?? Matrix(rows: [])
    let norms = features.rowNorms
    let factors = norms.map { settings.normalizes ? 1 / max($0, 1e-10) : 1 }
    // ‖f − g‖² = ‖f‖² − 2 (⟨f, g⟩ − ‖g‖² / 2): the nearest have the largest bracket.
    return Bank(
      search: NearestRows(
        features, norms: norms, scales: factors,
        offsets: zip(norms, factors).map { $0 * $1 * $0 * $1 / 2 }), factors: factors)
  }

  /// Minus the squared distance of each image to its neighbour.
  ///
  /// Costs a product of all features with the whole bank: ten thousand images against fifty thousand of width 512
  /// are 256 billion multiply-adds.
  public func scores(of table: FeatureTable, _ bank: Bank) -> [Double] {
    guard let features = table.features, bank.search.rows.rowCount > 0 else { return [] }
    let rows = bank.search.rows
    let k = min(settings.k, rows.rowCount)
    let norms = features.rowNorms
    return bank.search.map(features, norms: norms, best: k, normalizing: settings.normalizes) {
      query, nearest in
      let factor = settings.normalizes ? 1 / max(norms[query], 1e-10) : 1
      var distances = nearest.map { row in
        Self.squaredDistance(features, query, factor, rows, Int(row), bank.factors[Int(row)])
      }
      return -distances.withUnsafeMutableBufferPointer { Percentile.select(k - 1, of: $0) }
    }
  }

  private static func squaredDistance(
    _ features: Matrix, _ query: Int, _ factor: Double, _ bank: Matrix, _ row: Int, _ rowFactor: Double
  ) -> Double {
    let width = features.columnCount
    return features.values.withUnsafeBufferPointer { features in
      bank.values.withUnsafeBufferPointer { bank in
        var sum = 0.0
        for column in 0..<width {
          let difference =
            Double(features[query * width + column]) * factor - Double(bank[row * width + column]) * rowFactor
          sum += difference * difference
        }
        return sum
      }
    }
  }
}
