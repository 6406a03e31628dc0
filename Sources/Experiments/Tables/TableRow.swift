/// A row of a table: a run and the score it is measured with.
struct TableRow: Sendable, Equatable {
  /// What the row is called.
  let name: String

  /// The run, nil where columns have theirs.
  let run: String?

  /// The score, as results.json calls it; nil for the recipe's first where the column has none either.
  let score: String?

  /// Further overrides of the run.
  let set: [String]

  /// Its keys in the paper's figures; nil if the paper has no such row.
  let paper: [String]?

  /// Whether the figures are those before a last stage of AugDelete.
  let isBefore: Bool

  init(reading reader: SectionReader) {
    name = reader.string("name")
    run = reader.optionalString("run")
    score = reader.scoreName("score")
    set = reader.list("set", default: []) { $0.string() }
    paper = reader.value("paper") { $0.names() }
    isBefore = reader.bool("before", default: false)
  }
}
