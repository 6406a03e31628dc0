import COpenBLAS

/// The Cholesky factor of a symmetric positive definite matrix, to solve equations with.
package struct Cholesky {
  private let size: Int
  private let factor: [Double]

  /// Factorises `matrix`, of which the lower triangle counts; nil if it is not positive definite.
  ///
  /// - Precondition: the matrix is square.
  package init?(_ matrix: DoubleMatrix) {
    precondition(
      matrix.rowCount == matrix.columnCount,
      "a Cholesky factor is that of a square matrix, got [\(matrix.rowCount), \(matrix.columnCount)]")
    _ = Gemm.singleThreaded
    var n = blasint(matrix.rowCount)
    var order = max(1, n)
    var factor = matrix.values
    var info: blasint = 0
    dpotrf_("U", &n, &factor, &order, &info, 1)
    guard info == 0 else { return nil }
    size = matrix.rowCount
    self.factor = factor
  }

  /// L·x, where matrix = L·Lᵀ and L is lower triangular: what gives independent numbers that covariance.
  package func lower(times x: [Double]) -> [Double] {
    precondition(x.count == size, "the factor has \(size) columns, not \(x.count)")
    return (0..<size).map { row in
      (0...row).reduce(0) { $0 + factor[row * size + $1] * x[$1] }
    }
  }

  /// x with matrix · x = `right`.
  package func solve(_ right: [Double]) -> [Double] {
    precondition(right.count == size, "the right side has \(right.count) numbers, the matrix \(size) rows")
    var n = blasint(size)
    var order = max(1, n)
    var width = order
    var count: blasint = 1
    var solution = right
    var info: blasint = 0
    dpotrs_("U", &n, &count, factor, &order, &solution, &width, &info, 1)
    return solution
  }
}
