/// Rows of 64-bit floats, for sums and factorisations in which single precision loses too much.
package struct DoubleMatrix: Sendable, Equatable {
  /// The number of rows.
  package let rowCount: Int

  /// The numbers per row.
  package let columnCount: Int

  /// All numbers, row by row.
  package var values: [Double]

  /// A matrix of `rowCount` rows; `values` must hold `rowCount` · `columnCount` numbers.
  package init(rowCount: Int, columnCount: Int, values: [Double]) {
    precondition(
      values.count == rowCount * columnCount,
      "matrix [\(rowCount), \(columnCount)] holds \(rowCount * columnCount) values, got \(values.count)")
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.values = values
  }

  /// A matrix of zeros.
  package init(rowCount: Int, columnCount: Int) {
    self.init(
      rowCount: rowCount, columnCount: columnCount, values: Array(repeating: 0, count: rowCount * columnCount)
    )
  }

  /// Σ x xᵀ over `count` rows x of `width` numbers, which `row` writes one at a time, on any thread.
  ///
  /// Costs count · width² multiply-adds; rows are held a thousand at a time. The same bits for any number of
  /// threads.
  package static func gram(
    ofRows count: Int, width: Int, _ row: (Int, UnsafeMutableBufferPointer<Double>) -> Void
  ) -> DoubleMatrix {
    let tile = 1024
    var sum = DoubleMatrix(rowCount: width, columnCount: width)
    guard count > 0, width > 0 else { return sum }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: tile * width) { rows in
      guard let base = rows.baseAddress else { return }
      for first in stride(from: 0, to: count, by: tile) {
        let height = min(tile, count - first)
        Parallel.forEachRange(of: height, grain: 64) { range in
          for index in range {
            row(first + index, UnsafeMutableBufferPointer(start: base + index * width, count: width))
          }
        }
        sum.values.withUnsafeMutableBufferPointer { sum in
          guard let sum = sum.baseAddress else { return }
          Gemm.multiply(
            base, base, transposingLeft: true, rows: width, columns: width, inner: height, adding: true,
            into: sum)
        }
      }
    }
    return sum
  }
}
