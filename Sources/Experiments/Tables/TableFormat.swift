/// The forms in which a table is written.
public enum TableFormat: String, Sendable, CaseIterable {
  /// Markdown, padded so that it can be read as it stands.
  case markdown
  /// Comma-separated values, one line a cell.
  case csv
  /// LaTeX for the package booktabs.
  case latex
  /// One JSON document.
  case json

  /// The form that a file's name ends in: .md, .csv, .tex or .json; nil for any other name.
  public init?(file: String) {
    let endings: [(String, TableFormat)] = [
      (".md", .markdown), (".csv", .csv), (".tex", .latex), (".json", .json),
    ]
    guard let format = endings.first(where: { file.hasSuffix($0.0) })?.1 else { return nil }
    self = format
  }

  /// The table in this form.
  public func text(of table: ResultTable) throws -> String {
    switch self {
    case .markdown: table.markdown
    case .csv: table.csv
    case .latex: table.latex
    case .json: try table.json()
    }
  }
}
