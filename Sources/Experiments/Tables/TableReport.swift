import Archives
import Detection
import Foundation

/// Fills a table's plan with the figures of the runs that are there.
public struct TableReport: Sendable {
  private let plan: TablePlan
  private let folders: [RunFolder]
  private let paper: PaperFigures?

  /// A report on the runs below folders; `out` lists where runs are, new ones belonging in the first.
  public init(_ plan: TablePlan, out: [String]) throws {
    self.plan = plan
    folders = try plan.folders(in: RunIndex(below: out), below: out.first ?? "runs")
    paper = plan.file.paper == nil ? nil : try PaperFigures.located()
  }

  /// The finished runs.
  public var finishedCount: Int { folders.count { $0.isFinished } }

  /// The table, with differences from the baseline's row where a bootstrap is given.
  ///
  /// `progress` hears what is being resampled. Throws a `FileError` for results that cannot be read.
  public func table(
    bootstrap: Bootstrap? = nil, progress: (String) -> Void = { _ in }
  ) throws -> ResultTable {
    let results = try folders.map { $0.isFinished ? try JSONTree(contentsOf: $0.results) : nil }
    let (file, scale) = (plan.file, plan.scale)
    var rows: [ResultTable.Row] = []
    for (row, planned) in zip(file.rows, plan.cells) {
      let cells = try zip(file.columns, planned).map { column, cell in
        let values = try cell.jobs.compactMap { job in
          try results[job].flatMap { try value(of: column, row, cell.score, $0, job) }
        }
        return ResultTable.Cell(values: values, paper: try paperFigure(row, column))
      }
      rows.append(ResultTable.Row(name: row.name, cells: cells))
    }
    if let bootstrap, let baseline = file.rows.firstIndex(where: { $0.name == file.baseline }) {
      var comparison = TableComparison(plan, folders, bootstrap)
      for row in rows.indices where row != baseline {
        for column in file.columns.indices {
          rows[row].cells[column].comparison = try comparison.comparison(
            row: row, baseline: baseline, column: column, progress)
        }
      }
    }
    let captions = TableCaption(plan, rows, isCompared: bootstrap != nil).sentences
    return ResultTable(
      name: file.name, title: file.title, captions: captions,
      columns: file.columns.map { column in
        ResultTable.Column(
          title: column.title(scale), metric: column.metric.description,
          over: column.metric.isOverSets ? column.over(scale) : nil, isPercent: column.isPercent,
          isPaperComparable: !column.hasStandIn(scale), decimals: column.decimals)
      }, rows: rows, baseline: file.baseline,
      command: "limen table \(file.path) --run" + (scale == .full ? " --scale full" : ""),
      best: file.columns.map(\.best))
  }

  private func value(
    of column: TableColumn, _ row: TableRow, _ score: String, _ results: JSONTree, _ job: Int
  ) throws -> Double? {
    var keys = column.metric.keys(
      score: score, over: column.over(plan.scale), test: plan.jobs[job].recipe.data.test.name)
    var tree: JSONTree? = results
    if keys.first == "environment" {
      keys.removeFirst()
      tree = try JSONTree(contentsOf: folders[job].environment)
    } else if keys.first == "log" {
      keys.removeFirst()
      tree = try JSONTree(lastLineOf: folders[job].log)
    } else if row.isBefore {
      keys.insert("before", at: 0)
    }
    return tree?[keys]?.number.map { $0 * (column.isPercent ? 100 : 1) }
  }

  private func paperFigure(_ row: TableRow, _ column: TableColumn) throws -> PaperFigures.Figure? {
    guard let paper, let base = plan.file.paper, let own = row.paper, let last = column.paper else {
      return nil
    }
    return try paper.figure(base + own + last)
  }
}
