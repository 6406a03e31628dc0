/// All figures of all scores on all sets as comma-separated values: one line a score and set, fractions in full.
public enum DetectionSpreadsheet {
  /// The text: a header, then for each score its sets and its means, in the order of the protocol.
  ///
  /// The columns are `score`, `set`, the nine names of results.json, `id_count` and `ood_count`. Figures that are
  /// undefined are empty, and so are the counts of means. With `intervals`, by score and set, each figure has two
  /// columns more, `NAME_lower` and `NAME_upper`. Cells are quoted as in RFC 4180 where they must be.
  public static func text(
    _ results: DetectionResults, scores: [String], under detectionProtocol: DetectionProtocol,
    intervals: [String: [String: Bootstrap.Interval]] = [:]
  ) -> String {
    let names = MetricFigures.keys.map(\.name)
    let ends = intervals.isEmpty ? [] : names.map { "\($0)_lower" } + names.map { "\($0)_upper" }
    let header = ["score", "set"] + names + ["id_count", "ood_count"] + ends
    var lines = [header]
    for score in scores {
      guard let result = results.scores[score] else { continue }
      for set in detectionProtocol.sets {
        guard let metrics = result.sets[set] else { continue }
        let counts = [metrics.inlierCount, metrics.outlierCount].map { String($0) }
        let ends = intervals[score]?[set].map { cells($0.lower) + cells($0.upper) } ?? []
        lines.append([score, set] + cells(metrics.figures) + counts + ends)
      }
      for (name, figures) in [("near", result.near), ("far", result.far), ("average", result.average)] {
        lines.append([score, name] + cells(figures) + ["", ""])
      }
    }
    // Rows without intervals, those of means, are as long as the others.
    lines = lines.map { $0 + Array(repeating: "", count: header.count - $0.count) }
    return lines.map { $0.map(quoted).joined(separator: ",") + "\n" }.joined()
  }

  private static func cells(_ figures: MetricFigures) -> [String] {
    MetricFigures.keys.map { figures[keyPath: $0.figure].isFinite ? "\(figures[keyPath: $0.figure])" : "" }
  }

  /// A cell, in quotes if it holds a comma, a quote or a line break.
  package static func quoted(_ cell: String) -> String {
    guard cell.contains(where: { ",\"\n\r".contains($0) }) else { return cell }
    return "\"" + cell.replacing("\"", with: "\"\"") + "\""
  }
}
