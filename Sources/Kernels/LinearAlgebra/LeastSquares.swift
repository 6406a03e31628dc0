import COpenBLAS

/// Solutions of equations that have none or many.
package enum LeastSquares {
  /// The shortest x that minimises ‖matrix · x − right‖: the pseudo-inverse times `right`.
  ///
  /// Singular values below 10⁻¹⁵ of the largest count as 0, as in NumPy's `pinv`.
  ///
  /// - Precondition: `right` has a number per row; the matrix has rows and columns and is finite.
  package static func shortest(_ matrix: DoubleMatrix, _ right: [Double]) -> [Double] {
    let (rows, columns) = (matrix.rowCount, matrix.columnCount)
    precondition(
      right.count == rows && rows > 0 && columns > 0,
      "least squares of a [\(rows), \(columns)] matrix got \(right.count) numbers")
    _ = Gemm.singleThreaded
    var (m, n, count) = (blasint(rows), blasint(columns), blasint(1))
    // LAPACK stores columns.
    var a = [Double](repeating: 0, count: rows * columns)
    for row in 0..<rows {
      for column in 0..<columns { a[column * rows + row] = matrix.values[row * columns + column] }
    }
    var solution = right + [Double](repeating: 0, count: max(0, columns - rows))
    var singular = [Double](repeating: 0, count: min(rows, columns))
    var (leading, height) = (m, blasint(max(rows, columns)))
    var threshold = 1e-15
    var (rank, info, room): (blasint, blasint, blasint) = (0, 0, -1)
    // At most 32 levels of divide and conquer of three integers for each singular value, and eleven more.
    var integers = [blasint](repeating: 0, count: max(1, min(rows, columns)) * (3 * 32 + 11))
    var best = [0.0]
    dgelsd_(
      &m, &n, &count, &a, &leading, &solution, &height, &singular, &threshold, &rank, &best, &room, &integers,
      &info)
    room = blasint(best[0])
    var work = [Double](repeating: 0, count: Int(room))
    dgelsd_(
      &m, &n, &count, &a, &leading, &solution, &height, &singular, &threshold, &rank, &work, &room, &integers,
      &info)
    precondition(
      info == 0, "the singular values of a [\(rows), \(columns)] matrix did not converge (\(info))")
    return Array(solution[..<columns])
  }
}
