import Kernels

/// Draws linear boundaries between inliers and outliers, so that the outliers nearest to one can be chosen.
///
/// Bayesian linear regression of targets on features φ: the weights ω have the prior N(0, σ·I), targets noise of
/// variance σ_n; the posterior's precision is A = ΦᵀΦ/σ_n + I/σ and its mean μ = A⁻¹Φᵀy/σ_n. A draw is from
/// N(μ, σ·A⁻¹): as in the public code, σ times wider than the posterior.
///
/// - Reference: Ming, Fan & Li, *POEM: Out-of-Distribution Detection with Posterior Sampling*, ICML 2022,
///   arXiv 2206.13687.
public struct BoundarySampler: Sendable {
  /// The variance σ of the prior.
  public let priorVariance: Double

  /// The variance σ_n of the noise.
  public let noiseVariance: Double

  /// Sums over rows: ΦᵀΦ, row by row, and Φᵀy.
  private var gram: DoubleMatrix
  private var moments: [Double]

  /// The prior for features of a width.
  ///
  /// - Precondition: the variances are positive.
  public init(width: Int, priorVariance: Double = 20, noiseVariance: Double = 0.5) {
    precondition(priorVariance > 0 && noiseVariance > 0, "variances are positive")
    self.priorVariance = priorVariance
    self.noiseVariance = noiseVariance
    gram = DoubleMatrix(rowCount: width, columnCount: width)
    moments = Array(repeating: 0, count: width)
  }

  /// Adds rows of features that all have one target, each counted `times` over.
  ///
  /// - Shapes: features `[rows, width]`, row by row.
  public mutating func add(_ features: [Float], target: Double, times: Int = 1) {
    let width = moments.count
    precondition(features.count % width == 0, "\(features.count) features are no rows of \(width)")
    let rows = features.count / width
    let sum = DoubleMatrix.gram(ofRows: rows, width: width) { row, values in
      for column in 0..<width { values[column] = Double(features[row * width + column]) }
    }
    for index in gram.values.indices { gram.values[index] += Double(times) * sum.values[index] }
    for row in 0..<rows {
      for column in 0..<width {
        moments[column] += Double(times) * target * Double(features[row * width + column])
      }
    }
  }

  /// The boundary that independent standard normal numbers make, one for each feature.
  ///
  /// Where rounding leaves the precision not positive definite, the mean alone.
  public func boundary(_ normals: [Double]) -> [Double] {
    guard let precision = Cholesky(precision) else { return Array(repeating: 0, count: moments.count) }
    let mean = precision.solve(moments.map { $0 / noiseVariance })
    guard let spread = Cholesky(covariance(precision)) else { return mean }
    return zip(mean, spread.lower(times: normals)).map { $0 + $1 }
  }

  /// A.
  private var precision: DoubleMatrix {
    var matrix = gram
    let width = moments.count
    for index in matrix.values.indices { matrix.values[index] /= noiseVariance }
    for index in 0..<width { matrix.values[index * width + index] += 1 / priorVariance }
    return matrix
  }

  /// σ·A⁻¹.
  private func covariance(_ precision: Cholesky) -> DoubleMatrix {
    let width = moments.count
    var values: [Double] = []
    values.reserveCapacity(width * width)
    for row in 0..<width {
      var unit = [Double](repeating: 0, count: width)
      unit[row] = priorVariance
      values += precision.solve(unit)
    }
    // The two triangles differ in their last bits; one of them counts.
    return DoubleMatrix(rowCount: width, columnCount: width, values: values)
  }

  /// How far each row is from a boundary: |ω·φ|.
  ///
  /// - Shapes: features `[rows, width]`, row by row.
  public static func distances(to boundary: [Double], of features: [Float]) -> [Double] {
    let width = boundary.count
    return (0..<features.count / width).map { row in
      let product = (0..<width).reduce(0.0) { $0 + boundary[$1] * Double(features[row * width + $1]) }
      return product.magnitude
    }
  }

  /// The `count` places with the smallest distances, nearest first; the first among equals.
  public static func nearest(_ count: Int, by distances: [Double]) -> [Int] {
    let order = distances.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }
    return Array(order.prefix(count))
  }

  /// The `count` rows nearest to a boundary, by |ω·φ|, nearest first; the first among equals.
  ///
  /// - Shapes: features `[rows, width]`, row by row.
  public static func nearest(_ count: Int, to boundary: [Double], of features: [Float]) -> [Int] {
    nearest(count, by: distances(to: boundary, of: features))
  }
}
