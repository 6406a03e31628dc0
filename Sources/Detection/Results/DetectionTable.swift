import Foundation

/// One score's results as a table to print: a row per set, the means, and below them what the columns mean.
///
/// Figures are percent with two decimals; NaN is a dash.
public struct DetectionTable: Sendable, Equatable {
  /// The column titles.
  public let columns: [String]

  /// The rows: a name and a figure for each further column.
  public let rows: [[String]]

  /// What is shown, which convention, how many images: one sentence each.
  public let captions: [String]

  /// The table of `results` for the score of that name, its rows ordered as the protocol's sets.
  ///
  /// Sets without metrics have no row.
  public init(
    _ results: ScoreResults, score: String, under detectionProtocol: DetectionProtocol,
    falsePositiveRate: FalsePositiveRateVariant = .inlierFirst
  ) {
    func row(_ name: String, _ figures: MetricFigures) -> [String] {
      let shown = [
        figures.auroc, figures.auprIn, figures.auprOut, figures[keyPath: falsePositiveRate.figure],
      ]
      return [name] + shown.map(Self.percent)
    }
    func rows(of sets: [String]) -> [[String]] {
      sets.compactMap { set in results.sets[set].map { row(set, $0.figures) } }
    }
    var all = rows(of: detectionProtocol.near)
    if !detectionProtocol.near.isEmpty { all.append(row("near mean", results.near)) }
    all += rows(of: detectionProtocol.far)
    if !detectionProtocol.far.isEmpty { all.append(row("far mean", results.far)) }
    all += rows(of: detectionProtocol.others)
    all.append(row("average", results.average))
    columns = ["set", "AUROC", "AUPR-in", "AUPR-out", "FPR95"]
    self.rows = all
    captions = Self.captions(results, score, detectionProtocol, falsePositiveRate)
  }

  /// The table for a terminal: names to the left, figures to the right, captions below.
  public var text: String {
    let lines = [columns] + rows
    let widths = columns.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    let body = lines.map { cells in
      cells.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + padding : padding + cell
      }.joined(separator: "  ")
    }
    return (body + captions).joined(separator: "\n") + "\n"
  }

  /// The table in Markdown, captions below.
  public var markdown: String {
    let alignment = "| --- |" + String(repeating: " ---: |", count: columns.count - 1)
    let lines = ([columns] + rows).map { "| " + $0.joined(separator: " | ") + " |" }
    let body = [lines[0], alignment] + lines.dropFirst()
    return (body + [""] + captions.map { $0 + "  " }).joined(separator: "\n") + "\n"
  }

  private static func captions(
    _ results: ScoreResults, _ score: String, _ detectionProtocol: DetectionProtocol,
    _ variant: FalsePositiveRateVariant
  ) -> [String] {
    let measured = detectionProtocol.sets.compactMap { set in results.sets[set].map { (set, $0) } }
    let outlierCounts = measured.map { "\($0.0) \($0.1.outlierCount)" }.joined(separator: ", ")
    let average =
      switch results.averageRule {
      case .meanOfSets: "the mean over all sets"
      case .meanOfNearAndFar: "(near mean + far mean) / 2"
      }
    return [
      "Score \(score), in percent. AUPR is average precision. The average is \(average).",
      "FPR95 is \(variant.rawValue), \(variant.meaning).",
      "Images: ID \(measured.first?.1.inlierCount ?? 0); OOD \(outlierCounts).",
    ]
  }

  private static func percent(_ fraction: Double) -> String {
    fraction.isFinite ? String(format: "%.2f", fraction * 100) : "–"
  }
}
