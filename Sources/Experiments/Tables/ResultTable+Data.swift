import Detection
import Foundation

extension ResultTable: Encodable {
  private enum Key: String, CodingKey {
    case name, title, captions, columns, rows, baseline, command
  }

  /// Writes everything there is, each cell with the figures of every run.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .name)
    try container.encode(title, forKey: .title)
    try container.encode(captions, forKey: .captions)
    try container.encode(columns, forKey: .columns)
    try container.encode(rows, forKey: .rows)
    try container.encodeIfPresent(baseline, forKey: .baseline)
    try container.encodeIfPresent(command, forKey: .command)
  }

  /// The table as comma-separated values, one line a cell, figures in full.
  ///
  /// The columns are `table`, `row`, `column`, `metric`, `over`, `mean`, `deviation`, `count`, `paper`,
  /// `paper_deviation`, `difference` (from the paper), and against the baseline's row `against_baseline`, `lower`,
  /// `upper`, `p`. What there is not is empty.
  public var csv: String {
    let head = [
      "table", "row", "column", "metric", "over", "mean", "deviation", "count", "paper", "paper_deviation",
      "difference",
      "against_baseline", "lower", "upper", "p",
    ]
    var lines = [head]
    for row in rows {
      for (column, cell) in zip(columns, row.cells) {
        let summary = cell.summary
        let difference = summary.flatMap { summary in
          column.isPaperComparable ? cell.paper.map { summary.mean - $0.mean } : nil
        }
        let comparison = cell.comparison
        let figures: [Double?] = [
          cell.paper?.mean, cell.paper?.deviation, difference, comparison?.difference, comparison?.lower,
          comparison?.upper, comparison?.probability,
        ]
        lines.append(
          [name, row.name, column.title, column.metric, column.over ?? ""]
            + [summary?.mean, summary?.deviation].map(Self.cell) + ["\(cell.values.count)"]
            + figures.map(Self.cell))
      }
    }
    return lines.map { $0.map(DetectionSpreadsheet.quoted).joined(separator: ",") + "\n" }.joined()
  }

  /// The table as one JSON document with sorted keys.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }

  private static func cell(_ figure: Double?) -> String {
    figure.map { $0.isFinite ? "\($0)" : "" } ?? ""
  }
}
