/// A column of a table: a figure of a run's results.
struct TableColumn: Sendable, Equatable {
  /// Which of two figures is the better one.
  enum Direction: String, Sendable, CaseIterable {
    /// The larger.
    case high
    /// The smaller.
    case low
    /// Neither.
    case none
  }

  /// What the column is called.
  let title: String

  /// The figure.
  let metric: TableMetric

  /// Over which sets at the paper's setting: average, near, far or one set.
  let fullOver: String

  /// The same at the small setting, where another set stands in.
  let smallOver: String

  /// The run of every row, nil where rows have theirs.
  let run: String?

  /// The score of every row, nil where rows have theirs.
  let score: String?

  /// Further overrides of the runs: a sweep over columns.
  let set: [String]

  /// Its keys in the paper's figures, after those of the row; nil if the paper has no such column.
  let paper: [String]?

  /// Which figure of the column is the best.
  let best: Direction

  /// Whether the figure is a fraction that is shown in percent.
  let isPercent: Bool

  /// How many decimals are shown.
  let decimals: Int

  init(reading reader: SectionReader) {
    title = reader.string("title")
    metric = reader.value("metric") { TableMetric(reading: $0) } ?? .figure("auroc")
    if !reader.contains("metric") { reader.report("missing; expected \(TableMetric.expected)", at: "metric") }
    let over = reader.section("over", shorthand: "full") { section in
      let full = section.string("full", default: "average")
      return (full, section.string("small", default: full))
    }
    (fullOver, smallOver) = over
    run = reader.optionalString("run")
    score = reader.scoreName("score")
    set = reader.list("set", default: []) { $0.string() }
    paper = reader.value("paper") { $0.names() }
    best = reader.word("best", default: metric.direction)
    isPercent = reader.bool("percent", default: metric.isFraction)
    decimals = reader.integer("decimals", default: 2, in: .between(0, and: 8))
  }

  /// Over which sets the figure is at a scale.
  func over(_ scale: TableFile.Scale) -> String { scale == .full ? fullOver : smallOver }

  /// Whether another set stands in for the paper's, so that figures cannot be compared.
  func hasStandIn(_ scale: TableFile.Scale) -> Bool { over(scale) != fullOver }

  /// What the column is called at a scale: a set that stands in for another never goes by its name alone.
  func title(_ scale: TableFile.Scale) -> String { hasStandIn(scale) ? "\(title) (\(over(scale)))" : title }
}
