/// Rows of 32-bit floats of one width: one row per image, or per class in a classifier's weight.
public struct Matrix: Sendable, Equatable {
  /// The number of rows.
  public let rowCount: Int

  /// The numbers per row.
  public let columnCount: Int

  /// All numbers, row by row.
  public let values: [Float]

  /// A matrix of `rowCount` rows; `values` must hold `rowCount` · `columnCount` numbers.
  public init(rowCount: Int, columnCount: Int, values: [Float]) {
    precondition(rowCount >= 0 && columnCount >= 0, "negative extent in matrix [\(rowCount), \(columnCount)]")
    precondition(
      values.count == rowCount * columnCount,
      "matrix [\(rowCount), \(columnCount)] holds \(rowCount * columnCount) values, got \(values.count)")
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.values = values
  }

  /// A matrix of the given rows, which must have one width.
  public init(rows: [[Float]]) {
    let width = rows.first?.count ?? 0
    precondition(rows.allSatisfy { $0.count == width }, "rows of a matrix must have one width")
    self.init(rowCount: rows.count, columnCount: width, values: rows.flatMap { $0 })
  }

  /// What `body` makes of each row, in order.
  public func mapRows<Element>(_ body: (UnsafeBufferPointer<Float>) throws -> Element) rethrows -> [Element] {
    try values.withUnsafeBufferPointer { all in
      try (0..<rowCount).map { row in
        try body(UnsafeBufferPointer(rebasing: all[row * columnCount..<(row + 1) * columnCount]))
      }
    }
  }

  /// The first row with a number that is not finite, if there is one.
  var firstRowNotFinite: Int? {
    values.firstIndex { !$0.isFinite }.map { $0 / columnCount }
  }
}
