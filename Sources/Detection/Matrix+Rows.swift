import Kernels

extension Matrix {
  /// The images that one task of a parallel loop takes at once.
  static let tile = 256

  /// What `body` makes of each row, on all threads, in order.
  func parallelMapRows(_ body: (UnsafeBufferPointer<Float>) -> Double) -> [Double] {
    mapTiles { rows, all, results in
      for row in rows {
        results[row - rows.lowerBound] = body(
          UnsafeBufferPointer(rebasing: all[row * columnCount..<(row + 1) * columnCount]))
      }
    }
  }

  /// A number per row: `body` is given some rows at a time and where their numbers go, on all threads.
  ///
  /// Which rows come together follows from their number alone.
  func mapTiles(
    _ body: (Range<Int>, UnsafeBufferPointer<Float>, UnsafeMutableBufferPointer<Double>) -> Void
  ) -> [Double] {
    Array(unsafeUninitializedCapacity: rowCount) { results, count in
      results.initialize(repeating: 0)
      values.withUnsafeBufferPointer { all in
        Parallel.forEachRange(of: rowCount, grain: Self.tile) { rows in
          body(rows, all, UnsafeMutableBufferPointer(rebasing: results[rows]))
        }
      }
      count = rowCount
    }
  }

  /// One row.
  func row(_ index: Int) -> ArraySlice<Float> { values[index * columnCount..<(index + 1) * columnCount] }
}
