import Detection
import Experiments
import Foundation
import TestSupport
import Testing

/// Where a table's figures come from, and which of them are bold.
@Suite("Figures of tables")
struct TableReportTests {
  private static let columns = """
    columns:
      - {title: AUROC, metric: auroc}
      - {title: near, metric: auroc, over: near}
      - {title: set, metric: auroc, over: synthetic-noise}
      - {title: group, metric: [searches, "{score}", "{over}", "{test}"], over: far}
      - {title: ECE, metric: ece}
      - {title: few, metric: few}
      - {title: seconds, metric: [environment, trainingSeconds], best: low}
      - {title: loss, metric: [log, loss]}
    """

  private func text(_ rows: String, runs: String = "a: {small: Recipes/quickstart.yaml}", more: String = "")
    -> String
  { "name: t\ntitle: T\n\(more)\nruns:\n  \(runs)\nrows:\n\(rows)\n\(Self.columns)\n" }

  /// Writes a finished run whose figures are told apart by where they stand.
  private func write(_ out: String, _ unit: Double, _ overrides: String..., before: Double = 0) throws {
    let recipe = try Recipe(path: "\(recipesFolder)/quickstart.yaml", overrides: overrides)
    let run = RunFolder(of: recipe, below: out)
    try run.create()
    try recipe.resolved.yaml.write(toFile: run.recipe, atomically: true, encoding: .utf8)
    func results(_ unit: Double) -> String {
      func figures(_ value: Double) -> String { "{\"auroc\": \(value * unit)}" }
      let sets = "{\"synthetic-noise\": \(figures(0.03))}"
      let score =
        "{\"average\": \(figures(0.01)), \"near\": \(figures(0.02)), \"far\": \(figures(0.05)), \"sets\": \(sets)}"
      let group = "{\"far\": {\"synthetic\": \(4 * unit)}, \"average\": {\"synthetic\": \(9 * unit)}}"
      return "\"scores\": {\"msp\": \(score)}, \"searches\": {\"msp\": \(group)}, "
        + "\"calibration\": {\"ece\": \(0.05 * unit)}, \"longTail\": {\"accuracy\": {\"few\": \(0.06 * unit)}}, "
        + "\"trainingSeconds\": 1"
    }
    let earlier = before == 0 ? "" : ", \"before\": {\(results(before))}"
    try "{\(results(unit))\(earlier)}".write(toFile: run.results, atomically: true, encoding: .utf8)
    try "{\"trainingSeconds\": \(7 * unit)}".write(
      toFile: run.environment, atomically: true, encoding: .utf8)
    try "{\"loss\": 1}\n{\"loss\": \(8 * unit)}\n".write(toFile: run.log, atomically: true, encoding: .utf8)
  }

  private func table(_ text: String, _ out: String...) throws -> ResultTable {
    try TableReport(TablePlan(TableRuns.file(text), scale: .small), out: out).table()
  }

  private func expectValues(_ row: ResultTable.Row, _ expected: [Double]) {
    for (cell, value) in zip(row.cells, expected) {
      expectClose(cell.values, [value], relative: 1e-12, absolute: 0, "\(row.name)")
    }
  }

  @Test("Each figure stands at its place, those before AugDelete elsewhere, in percent what is a fraction")
  func places() throws {
    try withTemporaryFolder { out in
      try write(out, 1, "seed=0", before: 2)
      try write(out, 3, "seed=0", "stages.0.epochs=3")
      let rows = """
        - {name: after, run: a, score: msp}
        - {name: before, run: a, score: msp, before: true}
        - {name: other, run: a, score: msp, set: [stages.0.epochs=3]}
        """
      let table = try table(text(rows), out)
      expectValues(table.rows[0], [1, 2, 3, 4, 5, 6, 7, 8])
      // Time and log are those of the run, which has one of each.
      expectValues(table.rows[1], [2, 4, 6, 8, 10, 12, 7, 8])
      expectValues(table.rows[2], [3, 6, 9, 12, 15, 18, 21, 24])
      #expect(
        table.rows.map { $0.cells.map(\.isBest) } == [
          [false, false, false, false, true, false, true, false],
          [false, false, false, false, false, false, true, false],
          [true, true, true, false, false, true, false, false],
        ])
      #expect(
        table.columns.map(\.over) == [
          "average", "near", "synthetic-noise", "far", nil, nil, nil, nil,
        ])
    }
  }

  @Test("Figures that are printed alike are all best, and one alone is none")
  func best() throws {
    try withTemporaryFolder { out in
      try write(out, 50, "seed=0")
      let rows = """
        - {name: one, run: a, score: msp}
        - {name: two, run: a, score: msp, set: [stages.0.epochs=3]}
        """
      #expect(try table(text(rows), out).rows[0].cells.allSatisfy { !$0.isBest })
      try write(out, 50.002, "seed=0", "stages.0.epochs=3")
      let table = try table(text(rows), out)
      // 50.000 and 50.002 are both 50.00.
      #expect(table.rows.map { $0.cells[0].isBest } == [true, true])
      // 250.00 and 250.01 are not.
      #expect(table.rows.map { $0.cells[4].isBest } == [true, false])
    }
  }

  @Test("Only a finished run of the recipe and the seed counts, wherever an unfinished one lies")
  func finished() throws {
    try withTemporaryFolder { folder in
      let (first, second) = (folder + "/a", folder + "/b")
      try write(first, 1, "seed=0")
      let recipe = try Recipe(path: "\(recipesFolder)/quickstart.yaml", overrides: ["seed=0"])
      try FileManager.default.removeItem(atPath: RunFolder(of: recipe, below: first).results)
      try write(second, 2, "seed=0")
      let rows = "- {name: row, run: a, score: msp}"
      #expect(try table(text(rows), first, second).rows[0].cells[0].values == [2])
      #expect(try table(text(rows), first).emptyCount == 8)
      // Another seed is another run.
      let other = text(rows, more: "seeds: {small: 0-1}")
      #expect(try table(other, second).rows[0].cells[0].values == [2])
    }
  }

  @Test("A run that goes on from another is found by that one's seed, wherever both lie")
  func seeds() throws {
    try withTemporaryFolder { out in
      let runs = "a: {small: Recipes/quickstart.yaml}\n  b: {small: Recipes/quickstart.yaml, from: a}"
      for seed in 0...1 {
        try write(out, 1, "seed=\(seed)")
        let first = try Recipe(path: "\(recipesFolder)/quickstart.yaml", overrides: ["seed=\(seed)"])
        let path = "/moved/\(first.name)/\(first.hash)/seed\(seed)/checkpoints/last.safetensors"
        try write(out, Double(2 + seed), "seed=\(seed)", "stages.0.from=\(path)")
      }
      let table = try table(
        text("- {name: row, run: b, score: msp}", runs: runs, more: "seeds: {small: 0-1}"), out)
      #expect(table.rows[0].cells[0].values == [2, 3])
    }
  }

  @Test("Settings of the small scale are its own, and a run's come after them")
  func settings() throws {
    let runs = """
      a: {full: Recipes/quickstart.yaml, small: {recipe: Recipes/quickstart.yaml, set: [stages.0.epochs=5]}}
        b: {full: Recipes/quickstart.yaml, small: Recipes/quickstart.yaml, set: [stages.0.batchSize=7]}
        c: {small: {recipe: Recipes/quickstart.yaml, set: [stages.0.batchSize=9]}, set: [stages.0.batchSize=8]}
      """
    let more = "small: [stages.0.epochs=4, stages.0.batchSize=6]"
    try withTemporaryFolder { out in
      let changes = [
        ["stages.0.epochs=5", "stages.0.batchSize=6"], ["stages.0.epochs=4", "stages.0.batchSize=7"],
        ["stages.0.epochs=4", "stages.0.batchSize=8"],
      ]
      for (index, change) in changes.enumerated() {
        try write(out, Double(index + 1), "seed=0", change[0], change[1])
      }
      try write(out, 9, "seed=0", "stages.0.batchSize=7")
      let rows = ["a", "b", "c"].map { "- {name: \($0), run: \($0), score: msp}" }.joined(separator: "\n")
      let file = try TableRuns.file(text(rows, runs: runs, more: more))
      let small = try TableReport(TablePlan(file, scale: .small), out: [out]).table()
      #expect(small.rows.map { $0.cells[0].values } == [[1], [2], [3]])
      let full = try TableReport(TablePlan(file, scale: .full), out: [out]).table()
      #expect(full.rows.map { $0.cells[0].values } == [[], [9], []])
      #expect(full.command == "limen table tiny-table.yaml --run --scale full")
      #expect(small.command == "limen table tiny-table.yaml --run")
    }
  }

  @Test("Scores that a row shows and no recipe computes are named with their run, once a seed")
  func uncomputed() throws {
    let rows = "- {name: row, run: a, score: msp}\n- {name: other, run: a, score: 'knn:k=7'}"
    let plan = try TablePlan(TableRuns.file(text(rows, more: "seeds: {small: 0-2}")), scale: .small)
    #expect(plan.scoresBeyondRecipes == [String](repeating: "a: knn:k=7", count: 3))
  }

  @Test("Seeds are written as a range only where none is left out")
  func seedTexts() {
    #expect(Seeds.text([0, 1, 2]) == "0-2" && Seeds.text([0, 2]) == "0, 2" && Seeds.text([4]) == "4")
    #expect(Seeds("2-4")?.all == [2, 3, 4] && Seeds("3")?.all == [3])
    for text in ["0-3-5", "5-0", "-1", "", "a", "1-"] { #expect(Seeds(text) == nil, "\(text)") }
  }
}
