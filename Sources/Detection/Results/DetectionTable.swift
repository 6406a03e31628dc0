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
  /// Sets without metrics have no row. The columns are those of the protocol's convention, with another false positive
  /// rate if one is given. The sets' `intervals` are told below the table.
  public init(
    _ results: ScoreResults, score: String, under detectionProtocol: DetectionProtocol,
    falsePositiveRate: FalsePositiveRateVariant? = nil, intervals: [String: Bootstrap.Interval] = [:]
  ) {
    let convention = ReportingConvention(
      falsePositiveRate: falsePositiveRate ?? detectionProtocol.convention.falsePositiveRate,
      precisionRecall: detectionProtocol.convention.precisionRecall,
      source: detectionProtocol.convention.source)
    let areas = convention.precisionRecall.figures
    func row(_ name: String, _ figures: MetricFigures) -> [String] {
      let shown = [
        figures.auroc, figures[keyPath: areas.inliers], figures[keyPath: areas.outliers],
        figures[keyPath: convention.falsePositiveRate.figure],
      ]
      return [name] + shown.map(FigureText.percent)
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
    captions =
      Self.captions(results, score, detectionProtocol, convention)
      + detectionProtocol.sets.compactMap { set in
        intervals[set].map { Self.caption($0, of: set, convention) }
      }
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

  /// The table in LaTeX, for the package booktabs: columns of figures to the right, captions as a note below.
  public var latex: String {
    func line(_ cells: [String]) -> String { cells.map(Self.escaped).joined(separator: " & ") + " \\\\" }
    let alignment = "l" + String(repeating: "r", count: columns.count - 1)
    let body =
      ["\\begin{tabular}{\(alignment)}", "\\toprule", line(columns), "\\midrule"] + rows.map(line)
      + ["\\bottomrule", "\\end{tabular}"]
    return (body + captions.map { "\\par\\footnotesize \(Self.escaped($0))" }).joined(separator: "\n") + "\n"
  }

  /// Text as LaTeX sets it, whatever characters are in it.
  package static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&", "%", "$", "#", "_", "{", "}": result += "\\\(character)"
      case "\\": result += "\\textbackslash{}"
      case "~": result += "\\textasciitilde{}"
      case "^": result += "\\textasciicircum{}"
      case "–": result += "--"
      case "≥": result += "$\\geq$"
      case "<", ">": result += "$\(character)$"
      case "±": result += "$\\pm$"
      case "×": result += "$\\times$"
      case "−": result += "$-$"
      default: result.append(character)
      }
    }
  }

  private static func captions(
    _ results: ScoreResults, _ score: String, _ detectionProtocol: DetectionProtocol,
    _ convention: ReportingConvention
  ) -> [String] {
    let measured = detectionProtocol.sets.compactMap { set in results.sets[set].map { (set, $0) } }
    let outlierCounts = measured.map { "\($0.0) \($0.1.outlierCount)" }.joined(separator: ", ")
    let average =
      switch results.averageRule {
      case .meanOfSets: "the mean over all sets"
      case .meanOfNearAndFar: "(near mean + far mean) / 2"
      }
    let variant = convention.falsePositiveRate
    let inlierCounts = Set(measured.map(\.1.inlierCount))
    let inliers =
      inlierCounts.count > 1
      ? measured.map { "with \($0.0) \($0.1.inlierCount)" }.joined(separator: ", ")
      : "\(inlierCounts.first ?? 0)"
    let source = convention.source.map { ["The figures are those that \($0) reports."] } ?? []
    return [
      "Score \(score), in percent. AUPR is \(convention.precisionRecall.meaning). The average is \(average).",
      "FPR95 is \(variant.rawValue), \(variant.meaning).",
    ] + source + ["Images: ID \(inliers); OOD \(outlierCounts)."]
  }

  private static func caption(
    _ interval: Bootstrap.Interval, of set: String, _ convention: ReportingConvention
  ) -> String {
    let areas = convention.precisionRecall.figures
    let parts: [(String, KeyPath<MetricFigures, Double>)] = [
      ("AUROC", \.auroc), ("AUPR-in", areas.inliers), ("AUPR-out", areas.outliers),
      ("FPR95", convention.falsePositiveRate.figure),
    ]
    let percent = FigureText.percent
    let ranges = parts.map { name, figure in
      "\(name) \(percent(interval.lower[keyPath: figure])) to \(percent(interval.upper[keyPath: figure]))"
    }
    return "Bootstrap interval of \(set): \(ranges.joined(separator: ", "))."
  }
}
