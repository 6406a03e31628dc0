import Detection

/// Which classes are taken for which: a matrix, or the pairs that are confused most where classes are many.
struct ConfusionPart: ReportPart {
  let material: ReportMaterial

  var title: String { "Confusion" }
  var anchor: StaticString { "confusion" }

  /// More classes than this have no matrix that can be read.
  private static let largestMatrix = 25

  func content(at place: ReportPlace) -> HTML? {
    guard let tables = material.tables, let counts = Self.counts(of: tables) else { return nil }
    return HTML(.div, .class("beside")) {
      if counts.count <= Self.largestMatrix { matrix(counts) } else { lowest(counts) }
      pairs(counts)
    }
  }

  /// How often each class, the rows, was taken for each other, the columns; nil without labels or logits.
  static func counts(of tables: ReportedTables) -> [[Int]]? {
    guard let predictions = try? tables.inliers.predictions(), let classCount = tables.inliers.classCount,
      tables.inliers.labels.contains(where: { $0 >= 0 })
    else { return nil }
    var counts = [[Int]](repeating: [Int](repeating: 0, count: classCount), count: classCount)
    for (label, prediction) in zip(tables.inliers.labels, predictions) where label >= 0 {
      counts[tables.classOrder[label]][tables.classOrder[prediction]] += 1
    }
    return counts
  }

  private func matrix(_ counts: [[Int]]) -> HTML {
    HTML(.div, .class("scroll"), HTML.Attribute("role", "region"), .label("Confusion matrix"), .takesFocus) {
      HTML(.table, .class("matrix")) {
        HTML(.caption) { "Images of each true class (rows) by the class they were taken for (columns)" }
        HTML(.thead) {
          HTML(.tr) {
            HTML(.th, .columnHead) { "true class" }
            for column in counts.indices {
              HTML(.th, .columnHead, .class("turned")) { HTML(.span) { material.className(column) } }
            }
          }
        }
        HTML(.tbody) {
          for (row, cells) in counts.enumerated() {
            let total = cells.reduce(0, +)
            HTML(.tr) {
              HTML(.th, .rowHead) { material.className(row) }
              for (column, count) in cells.enumerated() {
                let share = total > 0 ? Double(count) / Double(total) : 0
                // From there on the colour behind a number is too strong for the page's own ink.
                let isStrong = share > (row == column ? 0.5 : 0.3)
                HTML(
                  .td, .class((row == column ? "right" : "wrong") + (isStrong ? " strong" : "")),
                  HTML.Attribute("style", "--share:" + FigureText.decimals(share, 3))
                ) { count == 0 ? HTML(.span, .class("zero")) { "0" } : HTML(String(count)) }
              }
            }
          }
        }
      }
    }
  }

  /// The pairs that are confused most.
  private func pairs(_ counts: [[Int]]) -> HTML? {
    var confused: [(row: Int, column: Int, count: Int)] = []
    for (row, cells) in counts.enumerated() {
      for (column, count) in cells.enumerated() where row != column && count > 0 {
        confused.append((row, column, count))
      }
    }
    guard !confused.isEmpty else { return nil }
    confused.sort { ($1.count, $0.row, $0.column) < ($0.count, $1.row, $1.column) }
    var table = ReportTable(
      "The pairs that are confused most", columns: ["confused", "images", "of its class"])
    for pair in confused.prefix(counts.count > Self.largestMatrix ? 25 : 8) {
      let total = counts[pair.row].reduce(0, +)
      table.append(
        "\(material.className(pair.row)) for \(material.className(pair.column))",
        [
          String(pair.count), FigureText.percent(Double(pair.count) / Double(total)) + " %",
        ])
    }
    return table.html
  }

  /// The classes that are recognised least.
  private func lowest(_ counts: [[Int]]) -> HTML {
    let shares = counts.enumerated().compactMap { index, cells -> (index: Int, share: Double, total: Int)? in
      let total = cells.reduce(0, +)
      return total > 0 ? (index, Double(cells[index]) / Double(total), total) : nil
    }
    var table = ReportTable(
      "The classes that are recognised least, of \(counts.count)", columns: ["class", "accuracy", "images"])
    for entry in shares.sorted(by: { ($0.share, $0.index) < ($1.share, $1.index) }).prefix(25) {
      table.append(
        material.className(entry.index), [FigureText.percent(entry.share) + " %", String(entry.total)])
    }
    return table.html
  }
}
