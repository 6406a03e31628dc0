import Kernels
import TestSupport
import Testing

@Suite("Linear algebra in double precision")
struct LinearAlgebraTests {
  private func matrix(_ rows: Int, _ columns: Int, seed: Int) -> DoubleMatrix {
    DoubleMatrix(rowCount: rows, columnCount: columns, values: randomValues(rows * columns, seed: seed))
  }

  /// a·b by its definition.
  private func product(_ a: DoubleMatrix, _ b: DoubleMatrix) -> [Double] {
    (0..<a.rowCount).flatMap { row in
      (0..<b.columnCount).map { column in
        (0..<a.columnCount).reduce(0) {
          $0 + a.values[row * a.columnCount + $1] * b.values[$1 * b.columnCount + column]
        }
      }
    }
  }

  private func transposed(_ a: DoubleMatrix) -> DoubleMatrix {
    DoubleMatrix(
      rowCount: a.columnCount, columnCount: a.rowCount,
      values: (0..<a.columnCount).flatMap { column in
        (0..<a.rowCount).map { a.values[$0 * a.columnCount + column] }
      })
  }

  private func gram(_ rows: DoubleMatrix) -> DoubleMatrix {
    DoubleMatrix.gram(ofRows: rows.rowCount, width: rows.columnCount) { row, target in
      for column in 0..<rows.columnCount { target[column] = rows.values[row * rows.columnCount + column] }
    }
  }

  @Test("A Gram matrix is the product of the transpose, with the same bits on any number of threads")
  func gramMatrix() {
    let rows = matrix(1_500, 19, seed: 3)
    let sum = gram(rows)
    expectClose(sum.values, product(transposed(rows), rows), relative: 1e-12, absolute: 1e-12)
    for threads in [1, 2, 3, 7] { #expect(Parallel.withThreads(threads) { gram(rows) } == sum) }
    #expect(DoubleMatrix.gram(ofRows: 0, width: 2) { _, _ in }.values == [0, 0, 0, 0])
  }

  @Test("Eigenvectors are orthonormal, ascending and give the matrix again")
  func eigen() {
    let symmetric = gram(matrix(30, 13, seed: 4))
    let eigen = SymmetricEigen(symmetric)
    #expect(eigen.values == eigen.values.sorted())
    let vectors = eigen.vectors
    let unit = (0..<169).map { $0 % 14 == 0 ? 1.0 : 0 }
    expectClose(product(vectors, transposed(vectors)), unit, relative: 0, absolute: 1e-13)
    var scaled = vectors
    for index in scaled.values.indices { scaled.values[index] *= eigen.values[index / 13] }
    expectClose(product(transposed(vectors), scaled), symmetric.values, relative: 0, absolute: 1e-11)
    #expect(SymmetricEigen(DoubleMatrix(rowCount: 1, columnCount: 1, values: [4])).values == [4])
  }

  @Test("Eigenvalues that are rounding errors do not count")
  func rank() {
    #expect(SymmetricEigen(gram(matrix(4, 9, seed: 5))).significant == 5..<9)
    #expect(SymmetricEigen(DoubleMatrix(rowCount: 3, columnCount: 3)).significant.isEmpty)
  }

  @Test("Cholesky solves positive definite equations and refuses others")
  func cholesky() throws {
    let symmetric = gram(matrix(30, 6, seed: 6))
    let solution = randomValues(6, seed: 7)
    let right = product(symmetric, DoubleMatrix(rowCount: 6, columnCount: 1, values: solution))
    expectClose(try #require(Cholesky(symmetric)).solve(right), solution, relative: 1e-11, absolute: 1e-12)
    #expect(Cholesky(DoubleMatrix(rowCount: 2, columnCount: 2, values: [1, 2, 2, 1])) == nil)
  }

  @Test("Of many solutions the shortest is found, of none the nearest")
  func leastSquares() {
    // x + y = 2 and twice the same; then 2x = 2 and x = 4 at once.
    let many = DoubleMatrix(rowCount: 2, columnCount: 2, values: [1, 1, 2, 2])
    expectClose(LeastSquares.shortest(many, [2, 4]), [1, 1], relative: 1e-13, absolute: 0)
    let none = DoubleMatrix(rowCount: 2, columnCount: 1, values: [2, 1])
    expectClose(LeastSquares.shortest(none, [2, 4]), [8.0 / 5], relative: 1e-13, absolute: 0)
    let wide = DoubleMatrix(rowCount: 1, columnCount: 3, values: [1, 2, 2])
    expectClose(LeastSquares.shortest(wide, [9]), [1, 2, 2], relative: 1e-13, absolute: 0)
  }

  @Test("A logistic regression of separable rows is finite, and its gradient vanishes")
  func regression() {
    let rows = (0..<20).map { [Double($0), Double($0 % 3) * 100] }
    let labels = (0..<20).map { $0 >= 10 }
    let fit = LogisticRegression(rows, labels: labels)
    #expect(fit.weights.allSatisfy(\.isFinite) && fit.probability([19, 0]) > 0.9)
    // b is free, so the probabilities add up to the labels.
    let sum = rows.reduce(0) { $0 + fit.probability($1) }
    #expect(abs(sum - 10) < 1e-8)
    let constant = LogisticRegression([[1], [1]], labels: [true, false])
    #expect(constant.probability([1]) == 0.5)
  }
}
