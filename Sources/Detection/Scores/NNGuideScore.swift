import Kernels

/// NNGuide: free energy, guided by training images that are near and confident.
///
///     S = E(x) · mean of the k largest E_i · cos(f_i, f)        E = log Σ_c exp v_c
///
/// i runs over part of the training images, drawn at random but always the same ones: one in a hundred, at least 500.
/// The paper's text takes the nearest neighbours; its code, and this, the largest products. Two negative energies make
/// a positive product; that is kept.
/// Reference: Park, Jung & Teoh, *Nearest Neighbor Guidance for Out-of-Distribution Detection*, ICCV 2023,
/// arXiv 2309.14888.
public struct NNGuideScore: OODScore {
  /// What can be set.
  public struct Settings: ScoreSettings {
    /// How many products are averaged, at least one.
    public var k: Int

    /// How many training images take part; nil: one in a hundred, at least 500.
    public var images: Int?

    /// Of the usual part of the training images the 100 best, unless told otherwise.
    public init(k: Int = 100, images: Int? = nil) {
      self.k = k
      self.images = images
    }

    /// Takes `k` and `images`.
    public init(from arguments: inout ScoreArguments) throws {
      self.init(k: try arguments.count("k") ?? 100, images: try arguments.count("images"))
    }

    /// `k=10`, `images=1000`, what differs from the defaults.
    public var arguments: [String] {
      (k == 100 ? [] : ["k=\(k)"]) + (images.map { ["images=\($0)"] } ?? [])
    }
  }

  /// The guiding images.
  public struct Bank: Sendable {
    let search: NearestRows
    /// E_i / ‖f_i‖.
    let gains: [Double]
  }

  /// `nnguide`.
  public static let name = "nnguide"

  /// Features, logits, and training images.
  public static let needs: [Ingredient] = [.features, .logits, .fittingBank]

  /// How many.
  public let settings: Settings

  /// The score of as many images as `settings` say.
  public init(_ settings: Settings = Settings()) {
    precondition(settings.k >= 1, "nnguide needs k of at least 1, got \(settings.k)")
    self.settings = settings
  }

  /// Draws the guiding images.
  public func fit(on tables: FittingTables) throws -> Bank {
    guard let features = tables.bank?.features, let logits = tables.bank?.logits else {
      return Bank(search: NearestRows(Matrix(rows: []), norms: [], scales: []), gains: [])
    }
    let count = min(settings.images ?? max(features.rowCount / 100, 500), features.rowCount)
    var chosen = Array(0..<features.rowCount)
    var stream = RandomStream(seed: 0, purpose: .split)
    for index in 0..<count { chosen.swapAt(index, index + stream.below(features.rowCount - index)) }
    chosen = chosen[..<count].sorted()
    let rows = Matrix(
      rowCount: count, columnCount: features.columnCount, values: chosen.flatMap { features.row($0) })
    let energies = logits.parallelMapRows { LogitRow($0).logSumExp }
    let norms = rows.rowNorms
    let gains = zip(chosen, norms).map { energies[$0] / max($1, 1e-10) }
    return Bank(search: NearestRows(rows, norms: norms, scales: gains), gains: gains)
  }

  /// The guided energy of each image.
  public func scores(of table: FeatureTable, _ bank: Bank) -> [Double] {
    guard let features = table.features, let logits = table.logits, bank.search.rows.rowCount > 0 else {
      return []
    }
    let rows = bank.search.rows
    let k = min(settings.k, rows.rowCount)
    let norms = features.rowNorms
    let guidance = bank.search.map(features, norms: norms, best: k, normalizing: true) { query, best in
      let feature = features.row(query)
      let products = best.map { index in
        let cosine = zip(rows.row(Int(index)), feature).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        return cosine * bank.gains[Int(index)] / max(norms[query], 1e-10)
      }
      return products.sorted(by: >).prefix(k).reduce(0, +) / Double(k)
    }
    return zip(logits.parallelMapRows { LogitRow($0).logSumExp }, guidance).map { $0 * $1 }
  }
}
