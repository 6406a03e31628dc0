/// Rows of cells, aligned in columns for a terminal.
struct TextTable {
  private let header: [String]
  private let leadingColumns: Int
  private var rows: [[String]] = []

  /// A table under a header, whose first columns are aligned left and the others, of numbers, right.
  init(_ header: [String], leadingColumns: Int = 1) {
    self.header = header
    self.leadingColumns = leadingColumns
  }

  /// Adds a row of as many cells as the header has.
  mutating func append(_ cells: [String]) {
    precondition(cells.count == header.count, "a table of \(header.count) columns got \(cells.count) cells")
    rows.append(cells)
  }

  /// Header and rows, one a line.
  var text: String {
    let lines = [header] + rows
    let widths = header.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { cells in
      // Where the last cells are empty, the line ends before them.
      let last = cells.lastIndex { !$0.isEmpty } ?? -1
      return cells[...last].enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return column < leadingColumns ? cell + padding : padding + cell
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}
