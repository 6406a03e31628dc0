import COpenBLAS

/// The eigenvalues of a symmetric matrix, ascending, with an orthonormal eigenvector each.
///
/// Of equal eigenvalues the eigenvectors span the right space, but which of its bases they are is the library's
/// choice, and so is the sign of each.
package struct SymmetricEigen {
  /// The eigenvalues, ascending.
  package let values: [Double]

  /// The eigenvectors, one a row, in the order of the values.
  package let vectors: DoubleMatrix

  /// Decomposes `matrix`, of which the lower triangle counts; costs about 9 n³ multiply-adds on one thread.
  ///
  /// - Precondition: the matrix is square and finite.
  package init(_ matrix: DoubleMatrix) {
    precondition(
      matrix.rowCount == matrix.columnCount,
      "eigenvalues are those of a square matrix, got [\(matrix.rowCount), \(matrix.columnCount)]")
    guard matrix.rowCount > 0 else {
      (values, vectors) = ([], matrix)
      return
    }
    _ = Gemm.singleThreaded
    let size = matrix.rowCount
    var n = blasint(size)
    var vectors = matrix.values
    var values = [Double](repeating: 0, count: size)
    var info: blasint = 0
    var room = blasint(1 + 6 * size + 2 * size * size)
    var integerRoom = blasint(3 + 5 * size)
    var work = [Double](repeating: 0, count: Int(room))
    var integers = [blasint](repeating: 0, count: Int(integerRoom))
    var order = n
    // To LAPACK, which stores columns, the lower triangle of our rows is the upper one.
    dsyevd_("V", "U", &n, &vectors, &order, &values, &work, &room, &integers, &integerRoom, &info, 1, 1)
    precondition(info == 0, "the eigenvalues of a [\(size), \(size)] matrix did not converge (\(info))")
    self.values = values
    self.vectors = DoubleMatrix(rowCount: size, columnCount: size, values: vectors)
  }

  /// The eigenvalues that are not rounding errors of the largest one, as indices: above max · n · 2⁻⁵².
  ///
  /// Dropping the others makes an inverse the pseudo-inverse.
  package var significant: Range<Int> {
    let floor = max(values.last ?? 0, 0) * Double(values.count) * .ulpOfOne
    return (values.firstIndex { $0 > floor } ?? values.count)..<values.count
  }
}
