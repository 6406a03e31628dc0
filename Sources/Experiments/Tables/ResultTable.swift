import Detection
import Foundation

/// A table with its figures: what is printed, in every format.
public struct ResultTable: Sendable, Equatable {
  /// A column's head.
  public struct Column: Sendable, Equatable, Codable {
    /// What it is called.
    public let title: String

    /// The figure, by its name or keys in results.json.
    public let metric: String

    /// Over which sets it is taken, nil where that has no meaning.
    public let over: String?

    /// Whether its figures are in percent.
    public let isPercent: Bool

    /// Whether the paper's figures are over the same sets, so that differences mean something.
    public var isPaperComparable = true

    /// How many decimals are shown.
    public var decimals = 2
  }

  /// A place of the table.
  public struct Cell: Sendable, Equatable, Codable {
    /// The figure of each finished run, in the order of seeds, in the column's unit.
    public let values: [Double]

    /// The paper's figure, nil if it has none here.
    public let paper: PaperFigures.Figure?

    /// Whether it is the best of its column.
    public internal(set) var isBest = false

    /// How it compares with the baseline's row, nil where nothing was compared.
    public internal(set) var comparison: Comparison?

    init(values: [Double], paper: PaperFigures.Figure? = nil) {
      self.values = values
      self.paper = paper
    }

    /// Mean and deviation of the runs, nil of none.
    public var summary: MeanDeviation? { values.isEmpty ? nil : MeanDeviation(values) }
  }

  /// A difference from the baseline's row on the same test images.
  public struct Comparison: Sendable, Equatable, Codable {
    /// The figure less the baseline's, over the seeds that both have.
    public let difference: Double

    /// The lower end of the interval that holds 95 % of the differences on resampled images.
    public let lower: Double

    /// The upper end.
    public let upper: Double

    /// Twice the share of resamples on the other side of nothing.
    public let probability: Double
  }

  /// A row.
  public struct Row: Sendable, Equatable, Codable {
    /// What it is called.
    public let name: String

    /// Its cells, as many as there are columns.
    public var cells: [Cell]
  }

  /// The table's name, for files and labels.
  public let name: String

  /// What it is, in a line.
  public let title: String

  /// What a reader must know: one sentence each.
  public var captions: [String]

  /// The heads.
  public let columns: [Column]

  /// The rows.
  public private(set) var rows: [Row]

  /// The row the others are compared with.
  public let baseline: String?

  /// The command that makes its runs and prints it, nil where runs were given.
  public let command: String?

  init(
    name: String, title: String, captions: [String], columns: [Column], rows: [Row], baseline: String?,
    command: String?, best: [TableColumn.Direction]
  ) {
    self.name = name
    self.title = title
    self.captions = captions
    self.columns = columns
    self.rows = rows
    self.baseline = baseline
    self.command = command
    for (column, direction) in best.enumerated() { mark(column, direction) }
  }

  /// How many cells have no figure.
  public var emptyCount: Int { rows.reduce(0) { $0 + $1.cells.count { $0.values.isEmpty } } }

  /// Marks the best figures of a column, all that are printed alike.
  private mutating func mark(_ column: Int, _ direction: TableColumn.Direction) {
    guard direction != .none else { return }
    let scale = pow(10, Double(columns[column].decimals))
    func shown(_ row: Row) -> Double? {
      row.cells[column].summary.map { ($0.mean * scale).rounded() }.flatMap { $0.isFinite ? $0 : nil }
    }
    let figures = rows.compactMap(shown)
    guard figures.count > 1, let best = direction == .high ? figures.max() : figures.min() else { return }
    for row in rows.indices where shown(rows[row]) == best { rows[row].cells[column].isBest = true }
  }
}

extension ResultTable {
  /// "92.90 ± 0.24 (6)", or "92.90 (1)" of one run.
  static func text(_ summary: MeanDeviation, decimals: Int = 2) -> String {
    summary.count == 1
      ? FigureText.decimals(summary.mean, decimals) + " (1)" : summary.text(decimals: decimals)
  }
}
