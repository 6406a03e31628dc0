import Kernels

extension Matrix {
  /// What `body` makes of each row's coordinates (row − origin) · basisᵀ, in double precision.
  ///
  /// `basis` has one vector a row. `body` is called on any thread.
  func mapProjections(
    from origin: [Double], onto basis: DoubleMatrix, _ body: (UnsafeBufferPointer<Double>) -> Double
  ) -> [Double] {
    let (width, size) = (columnCount, basis.rowCount)
    precondition(
      origin.count == width && basis.columnCount == width,
      "rows of \(width) numbers got an origin of \(origin.count) and a basis of \(basis.columnCount)")
    return mapTiles { rows, all, results in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: rows.count * (width + size)) { memory in
        let centred = UnsafeMutableBufferPointer(rebasing: memory[..<(rows.count * width)])
        let projected = UnsafeMutableBufferPointer(rebasing: memory[(rows.count * width)...])
        for (index, row) in rows.enumerated() {
          for column in 0..<width {
            centred[index * width + column] = Double(all[row * width + column]) - origin[column]
          }
        }
        if let x = centred.baseAddress, let y = projected.baseAddress {
          Gemm.multiply(
            x, basis.values, transposingRight: true, rows: rows.count, columns: size, inner: width, into: y)
        }
        for index in 0..<rows.count {
          results[index] = body(UnsafeBufferPointer(rebasing: projected[index * size..<(index + 1) * size]))
        }
      }
    }
  }
}
