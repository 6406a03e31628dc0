import Archives
import Experiments
import Foundation
import TestSupport
import Testing

@Suite("Mistakes in table files and folders of runs")
struct TableMistakeTests {
  private func complaint(_ change: (String) -> String) -> String? {
    do {
      _ = try TablePlan(TableRuns.file(change(TableRuns.table)), scale: .small)
      return nil
    } catch { return "\(error)" }
  }

  @Test("a score is one that there is, by the name it has in results.json")
  func scores() {
    #expect(
      complaint { $0.replacing("score: energy, paper", with: "score: enrgy, paper") }?.hasPrefix(
        "tiny-table.yaml:17: rows.1.score: score \"enrgy\": there is no such score; did you mean 'energy'? (known: msp, "
      ) == true)
    #expect(
      complaint { $0.replacing("score: energy, paper", with: "score: 'energy:T=1', paper") }
        == "tiny-table.yaml:17: rows.1.score: results.json calls this score 'energy', got 'energy:T=1'")
    #expect(complaint { $0.replacing("score: energy, paper", with: "score: 'energy:T=2', paper") } == nil)
  }

  @Test("a set that no run is confronted with is an error and no column of dashes")
  func sets() {
    #expect(
      complaint { $0.replacing("small: far", with: "small: farr") }
        == "tiny-table.yaml: columns.1.over: no run of 'FPR95' has a set 'farr'; did you mean 'far'? (known: average, near, "
        + "far, synthetic-unseen, synthetic-textures, synthetic-gradients, synthetic-noise, synthetic-strokes)"
    )
  }

  @Test("what is wrong with a run's recipe is told with the table and the run")
  func recipes() {
    #expect(
      complaint { $0.replacing("[stages.0.optimizer.sgd.learningRate=0.05]", with: "[stages.0.epochs=x]") }
        == "tiny-table.yaml: run 'other': --set stages.0.epochs=x: stages.0.epochs: must be a whole number, got 'x'"
    )
  }

  @Test("seeds are a range, a number or a list, for both scales at once")
  func seeds() throws {
    for (text, count) in [("0-2", 3), ("4", 1), ("[0, 2]", 2), ("{full: 0, small: [1, 5]}", 2)] {
      let file = try TableRuns.file(Self.table(seeds: text))
      #expect(try TablePlan(file, scale: .small).count == 3 * count, "\(text)")
    }
    #expect(
      complaint { _ in Self.table(seeds: "2-1") }
        == "tiny-table.yaml:4: seeds: must be seeds such as 0-5 or 3, got '2-1'")
  }

  /// The table with other seeds.
  private static func table(seeds: String) -> String {
    TableRuns.table.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasPrefix("seeds:") ? "seeds: \(seeds)" : String($0) }.joined(separator: "\n")
  }

  @Test("runs as folders show every score that was measured, and no columns without figures")
  func folders() throws {
    try withTemporaryFolder { out in
      let run = try TinyExperiment(out: out).run("evaluate.scores=[msp]", "data.near=[]")
      try run.complete()
      _ = try Run(in: run.folder, store: drawnOnly, overrides: ["evaluate.scores=[energy, msp, mls]"])
        .evaluate(checkpoint: "last", logger: silentLogger)
      let table = try RunComparison.table(of: [out])
      #expect(table.rows.map(\.name) == ["tiny, msp", "tiny, energy", "tiny, mls"])
      #expect(
        table.columns.map(\.title)
          == ["accuracy", "AUROC far", "AUROC average", "FPR95 far", "FPR95 average"])
      #expect(table.title == "1 run")
      #expect(table.captions.last == "Sets of synthetic: far synthetic-noise.")
      try FileManager.default.removeItem(atPath: run.folder.results)
      #expect(throws: FileError(run.folder.results, "is not there: the run is not finished")) {
        try RunComparison.table(of: [run.folder.path])
      }
    }
  }
}
