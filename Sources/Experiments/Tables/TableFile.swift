import Archives
import Detection
import Foundation

/// A table of a paper, or one of yours: rows and columns over runs, in a file of `Recipes/tables`.
///
/// The file is read as strictly as a recipe. It names runs, each a recipe with overrides, once at the paper's setting
/// and once at a scale for two cores; rows take a run and a score, columns a figure of its results. docs/tables.md has
/// every key.
public struct TableFile: Sendable {
  /// Which of its two settings a table is made in.
  public enum Scale: String, Sendable, CaseIterable {
    /// The paper's setting.
    case full
    /// A setting for two cores.
    case small
  }

  /// The file.
  public let path: String

  /// The table's name, that of its file.
  public let name: String

  /// What the table is, in a line.
  public let title: String

  /// The keys in `Data/paper-tables.json` that its rows and columns go on from; nil if the paper printed none.
  let paper: [String]?

  /// The seeds at the paper's setting.
  let fullSeeds: [Int]

  /// The seeds at the small setting.
  let smallSeeds: [Int]

  /// Overrides of all runs at the small setting.
  let smallSet: [String]

  /// The row that the others are compared with, nil for none.
  let baseline: String?

  /// What a reader must know, whatever the scale: one sentence each.
  let notes: [String]

  /// Experiments by name.
  let runs: [TableRun]

  /// The rows.
  let rows: [TableRow]

  /// The columns.
  let columns: [TableColumn]

  /// Reads the file at `path`; throws a `RecipeError` with everything that is wrong with it, or a `FileError`.
  public init(path: String) throws {
    try self.init(RecipeSource(path: path))
  }

  /// Reads a file already parsed; throws a `RecipeError`.
  public init(_ source: RecipeSource) throws(RecipeError) {
    let file = source.file
    self = try source.read { TableFile(reading: $0, path: file) }.value
  }

  /// The seeds at a scale.
  func seeds(_ scale: Scale) -> [Int] { scale == .full ? fullSeeds : smallSeeds }

  private init(reading reader: SectionReader, path: String) {
    self.path = path
    name = reader.string("name")
    title = reader.string("title")
    paper = reader.value("paper") { $0.names() }
    (fullSeeds, smallSeeds) = Self.seeds(reader)
    smallSet = reader.list("small", default: []) { $0.string() }
    baseline = reader.optionalString("baseline")
    notes = reader.list("notes", default: []) { $0.string() }
    let runs = reader.section("runs") { $0.entries(TableRun.init(_:reading:)) }
    let rows = reader.list("rows", minimumCount: 1) { $0.section(TableRow.init(reading:)) }
    let columns = reader.list("columns", minimumCount: 1) { $0.section(TableColumn.init(reading:)) }
    (self.runs, self.rows, self.columns) = (runs, rows, columns)
    guard reader.isSound("rows"), reader.isSound("columns"), reader.isSound("runs") else { return }
    Self.checkNames(reader, runs, rows, columns)
    if let baseline, !rows.contains(where: { $0.name == baseline }) {
      reader.report(
        "there is no row '\(baseline)'\(suggestion(for: baseline, known: rows.map(\.name)))", at: "baseline")
    }
  }

  /// The seeds at both scales: one form for both, or `full` and `small`.
  private static func seeds(_ reader: SectionReader) -> (full: [Int], small: [Int]) {
    let seeds = reader.value("seeds", default: "0") { value -> (full: [Int], small: [Int])? in
      guard value.kind == .map else { return value.seeds().map { ($0, $0) } }
      return value.section { section in
        let full = section.value("full", default: "0") { $0.seeds() } ?? [0]
        return (full, section.value("small") { $0.seeds() } ?? full)
      }
    }
    return seeds ?? ([0], [0])
  }

  /// Reports names that stand for nothing.
  private static func checkNames(
    _ reader: SectionReader, _ runs: [TableRun], _ rows: [TableRow], _ columns: [TableColumn]
  ) {
    let known = runs.map(\.name)
    func check(_ name: String, _ key: String) {
      guard !known.contains(name) else { return }
      reader.report("there is no run '\(name)'\(suggestion(for: name, known: known))", at: key)
    }
    for (index, row) in rows.enumerated() {
      if let run = row.run { check(run, "rows") }
      if rows[..<index].contains(where: { $0.name == row.name }) {
        reader.report("there are two rows '\(row.name)'", at: "rows")
      }
      for column in columns where row.run == nil && column.run == nil {
        reader.report("neither row '\(row.name)' nor column '\(column.title)' has a run", at: "rows")
      }
    }
    for column in columns { if let run = column.run { check(run, "columns") } }
    for (index, run) in runs.enumerated() {
      for name in run.dependencies {
        check(name, "runs")
        // A run takes weights from those above it: no run waits for itself.
        if known.contains(name), !known[..<index].contains(name) {
          reader.report("'\(run.name)' goes on from '\(name)', which must stand above it", at: "runs")
        }
      }
    }
  }
}

extension SectionReader {
  /// A score as results.json calls it, or nil when the key is absent.
  func scoreName(_ key: String) -> String? {
    guard let text = optionalString(key) else { return nil }
    do {
      let name = try ScoreChoice(parsing: text).description
      if name != text { report("results.json calls this score '\(name)', got '\(text)'", at: key) }
    } catch {
      report("\(error)", at: key)
    }
    return text
  }
}

extension ValueReader {
  /// The value as texts: a list of them, or one alone.
  func names() -> [String]? {
    kind == .list ? list { $0.string() } : string().map { [$0] }
  }

  /// The value as seeds: "0-5", "3" or a list of whole numbers.
  func seeds() -> [Int]? {
    if kind == .list { return list(minimumCount: 1) { $0.integer(in: .atLeast(0)) } }
    guard let text = string() else { return nil }
    guard let seeds = Seeds(text) else {
      report("must be seeds such as 0-5 or 3, got '\(text)'")
      return nil
    }
    return seeds.all
  }
}
