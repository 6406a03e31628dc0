import Kernels

/// ViM: free energy less a virtual logit, the length of the feature outside the principal space.
///
///     S = log Σ_c exp v_c − α ‖(f − u) R‖        u = −W⁺ b, v = W f + b
///
/// R spans what the `dimension` leading eigenvectors of the training features, centred at u, leave over; α makes the
/// mean length of the training features equal to the mean of their largest logits. Logits are computed again from the
/// features, in double precision.
/// Reference: Wang et al., *ViM: Out-Of-Distribution with Virtual-logit Matching*, CVPR 2022, arXiv 2203.10807.
public struct ViMScore: OODScore {
  /// What can be set.
  public struct Settings: ScoreSettings {
    /// The dimension of the principal space, below the features' width; nil: 1000 of 2048 features or more, 512 of 768
    /// or more, else half of them.
    public var dimension: Int?

    /// The paper's dimensions unless told otherwise.
    public init(dimension: Int? = nil) { self.dimension = dimension }

    /// Takes `dimension`.
    public init(from arguments: inout ScoreArguments) throws {
      self.init(dimension: try arguments.count("dimension"))
    }

    /// `dimension=256`, nothing for the default.
    public var arguments: [String] { dimension.map { ["dimension=\($0)"] } ?? [] }

    func dimension(of width: Int) -> Int {
      dimension ?? (width >= 2048 ? 1000 : width >= 768 ? 512 : width / 2)
    }
  }

  /// The space outside the principal one.
  public struct Residual: Sendable {
    /// u.
    let origin: [Double]
    /// An orthonormal basis, one vector a row.
    let basis: DoubleMatrix
    /// α.
    let scale: Double
  }

  /// `vim`.
  public static let name = "vim"

  /// Features, the head and training images.
  public static let needs: [Ingredient] = [.features, .head, .fittingBank]

  /// Two dimensions, for 512 and for 2048 features.
  public static let searchGrid = [(key: "dimension", values: ["256", "1000"])]

  /// The dimension.
  public let settings: Settings

  /// The score with the dimension of `settings`.
  public init(_ settings: Settings = Settings()) { self.settings = settings }

  /// The residual space of the training images' features; throws `ScoreError` if it is empty.
  public func fit(on tables: FittingTables) throws -> Residual {
    guard let bank = tables.bank, let features = bank.features, let head = bank.head else {
      throw fault("the training images' table needs features and the classifier's weight and bias")
    }
    let width = features.columnCount
    let dimension = settings.dimension(of: width)
    guard dimension < width else {
      throw fault("dimension is \(dimension), expected less than the features' width \(width)")
    }
    let weight = DoubleMatrix(
      rowCount: head.weight.rowCount, columnCount: width, values: head.weight.values.map(Double.init))
    let origin = LeastSquares.shortest(weight, head.bias.map { -Double($0) })
    let gram = features.values.withUnsafeBufferPointer { values in
      DoubleMatrix.gram(ofRows: features.rowCount, width: width) { row, target in
        for column in 0..<width { target[column] = Double(values[row * width + column]) - origin[column] }
      }
    }
    let rest = width - dimension
    let eigen = SymmetricEigen(gram)
    guard eigen.significant.lowerBound < rest else {
      throw fault(
        "the training images' features lie in \(dimension) dimensions, so that nothing is left over; "
          + "give a smaller dimension")
    }
    let basis = DoubleMatrix(
      rowCount: rest, columnCount: width,
      values: Array(eigen.vectors.values[..<(rest * width)]))
    let lengths = Self.lengths(of: features, origin, basis).reduce(0, +)
    let largest = head.mapLogits(of: features) { logits, _ in logits.maximum }.reduce(0, +)
    return Residual(origin: origin, basis: basis, scale: largest / lengths)
  }

  /// The energy of each image less its virtual logit.
  public func scores(of table: FeatureTable, _ fit: Residual) -> [Double] {
    guard let features = table.features, let head = table.head else { return [] }
    let lengths = Self.lengths(of: features, fit.origin, fit.basis)
    return zip(head.energies(of: features), lengths).map { $0 - fit.scale * $1 }
  }

  /// ‖(f − u) R‖ of each row f.
  private static func lengths(of features: Matrix, _ origin: [Double], _ basis: DoubleMatrix) -> [Double] {
    features.mapProjections(from: origin, onto: basis) { row in
      row.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
  }

  private func fault(_ problem: String) -> ScoreError { ScoreError(score: Self.name, problem: problem) }
}
