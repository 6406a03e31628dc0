import Detection
import Foundation

extension ResultTable {
  /// The cells as they are printed: a line of heads, then the rows.
  ///
  /// Beside each column that the paper has figures for stands one with them and, in brackets, ours less the paper's.
  func grid(mark: (String) -> String) -> [[String]] {
    let printed = columns.indices.map { column in rows.contains { $0.cells[column].paper != nil } }
    var head = [""]
    for (column, isPrinted) in zip(columns, printed) {
      head.append(column.title)
      if isPrinted { head.append("paper") }
    }
    return [head]
      + rows.map { row in
        var line = [row.name]
        for (index, (cell, isPrinted)) in zip(row.cells, printed).enumerated() {
          let text = cell.summary.map { Self.text($0, decimals: columns[index].decimals) } ?? FigureText.none
          line.append(cell.isBest ? mark(text) : text)
          if isPrinted { line.append(Self.paperText(cell, columns[index])) }
        }
        return line
      }
  }

  /// The differences from the baseline's row, nil where nothing was compared.
  func comparisonGrid() -> [[String]]? {
    guard let baseline else { return nil }
    let compared = columns.indices.filter { column in rows.contains { $0.cells[column].comparison != nil } }
    guard !compared.isEmpty else { return nil }
    let head = ["less \(baseline)"] + compared.map { columns[$0].title }
    return [head]
      + rows.filter { row in row.cells.contains { $0.comparison != nil } }.map { row in
        [row.name] + compared.map { row.cells[$0].comparison?.text ?? FigureText.none }
      }
  }

  private static func paperText(_ cell: Cell, _ column: Column) -> String {
    guard let paper = cell.paper else { return FigureText.none }
    let printed = FigureText.decimals(paper.mean, column.decimals)
    guard column.isPaperComparable, let summary = cell.summary else { return printed }
    return "\(printed) (\(FigureText.difference(summary.mean - paper.mean, column.decimals)))"
  }

  /// The table in Markdown: heads, rows, the differences from the baseline and the captions.
  ///
  /// Columns are padded, so that it can be read as it stands.
  public var markdown: String {
    var parts = ["**\(title)**", Self.markdown(grid { "**\($0)**" })]
    if let comparison = comparisonGrid() { parts.append(Self.markdown(comparison)) }
    if !captions.isEmpty { parts.append(captions.joined(separator: "\n")) }
    return parts.joined(separator: "\n\n") + "\n"
  }

  /// A page for `docs/results`: the table under a heading, with the command that makes it.
  public var page: String {
    var parts = ["# \(title)"]
    if let command { parts.append("```\n\(command)\n```") }
    if !captions.isEmpty { parts.append(captions.joined(separator: "\n")) }
    parts.append(Self.markdown(grid { "**\($0)**" }))
    if let comparison = comparisonGrid() { parts.append(Self.markdown(comparison)) }
    return parts.joined(separator: "\n\n") + "\n"
  }

  private static func markdown(_ grid: [[String]]) -> String {
    let cells = grid.map { $0.map { $0.replacing("|", with: "\\|") } }
    let widths = cells[0].indices.map { column in max(4, cells.map { $0[column].count }.max() ?? 0) }
    func line(_ row: [String]) -> String {
      let padded = zip(row, widths).enumerated().map { index, cell in
        let space = String(repeating: " ", count: cell.1 - cell.0.count)
        return index == 0 ? cell.0 + space : space + cell.0
      }
      return "| " + padded.joined(separator: " | ") + " |"
    }
    let rule = widths.enumerated().map { index, width in
      index == 0 ? String(repeating: "-", count: width) : String(repeating: "-", count: width - 1) + ":"
    }
    return ([line(cells[0]), "| " + rule.joined(separator: " | ") + " |"] + cells.dropFirst().map(line))
      .joined(separator: "\n")
  }

  /// The table in LaTeX, for the package booktabs, the best figures in bold and the captions as notes below.
  public var latex: String {
    var parts = ["% \(title)", Self.latex(grid { "\u{1}\($0)" })]
    if let comparison = comparisonGrid() { parts += ["\\par\\medskip", Self.latex(comparison)] }
    parts += captions.map { "\\par\\footnotesize \(DetectionTable.escaped($0.replacing("`", with: "")))" }
    return parts.joined(separator: "\n") + "\n"
  }

  private static func latex(_ grid: [[String]]) -> String {
    func cell(_ text: String) -> String {
      let isBold = text.hasPrefix("\u{1}")
      let escaped = DetectionTable.escaped(isBold ? String(text.dropFirst()) : text)
      return isBold ? "\\textbf{\(escaped)}" : escaped
    }
    func line(_ row: [String]) -> String { row.map(cell).joined(separator: " & ") + " \\\\" }
    let alignment = "l" + String(repeating: "r", count: grid[0].count - 1)
    return
      (["\\begin{tabular}{\(alignment)}", "\\toprule", line(grid[0]), "\\midrule"]
      + grid.dropFirst().map(line)
      + ["\\bottomrule", "\\end{tabular}"]).joined(separator: "\n")
  }
}

extension ResultTable.Comparison {
  /// "−3.21 [−3.90, −2.52] p < 0.01".
  var text: String {
    let ends = [lower, upper].map { FigureText.difference($0) }.joined(separator: ", ")
    let chance = probability < 0.01 ? "p < 0.01" : String(format: "p = %.2f", probability)
    return "\(FigureText.difference(difference)) [\(ends)] \(chance)"
  }
}
