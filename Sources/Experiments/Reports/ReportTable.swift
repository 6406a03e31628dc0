/// A table of a page: a caption, column heads, rows that begin with their own head.
///
/// Every head says what it is the head of, and a table wider than the page scrolls by itself.
struct ReportTable {
  /// How a row is set.
  enum Kind: String {
    case plain
    /// A mean of rows above.
    case mean
    /// The mean of all.
    case total
  }

  private struct Row {
    let head: HTML
    let cells: [HTML]
    let kind: Kind
  }

  private let caption: String
  private let columns: [String]
  private let alignsText: Bool
  private var rows: [Row] = []

  /// A table of those columns, the first of which holds the rows' heads.
  ///
  /// Cells are numbers, set to the right, unless `alignsText`.
  init(_ caption: String, columns: [String], alignsText: Bool = false) {
    self.caption = caption
    self.columns = columns
    self.alignsText = alignsText
  }

  /// Whether there is no row.
  var isEmpty: Bool { rows.isEmpty }

  /// Adds a row of texts.
  mutating func append(_ head: String, _ cells: [String], _ kind: Kind = .plain) {
    append(HTML(head), cells.map { HTML($0) }, kind)
  }

  /// Adds a row.
  mutating func append(_ head: HTML, _ cells: [HTML], _ kind: Kind = .plain) {
    precondition(
      cells.count == columns.count - 1, "\(cells.count) cells for the columns \(columns) of \(caption)")
    rows.append(Row(head: head, cells: cells, kind: kind))
  }

  /// The element.
  var html: HTML {
    HTML(.div, .class("scroll"), HTML.Attribute("role", "region"), .label(caption), .takesFocus) {
      HTML(.table, alignsText ? .class("texts") : nil) {
        HTML(.caption) { caption }
        HTML(.thead) {
          HTML(.tr) { for column in columns { HTML(.th, .columnHead) { column } } }
        }
        HTML(.tbody) {
          for row in rows {
            HTML(.tr, row.kind == .plain ? nil : .class(row.kind.rawValue)) {
              HTML(.th, .rowHead) { row.head }
              for cell in row.cells { HTML(.td) { cell } }
            }
          }
        }
      }
    }
  }
}
