import Detection
import Experiments
import Foundation
import TestSupport
import Testing

@Suite("Comparisons in tables")
struct TableComparisonTests {
  @Test("differences from the baseline are those of the results, with intervals from the feature tables")
  func comparison() throws {
    try withTemporaryFolder { folder in
      try TinyExperiment.text.write(toFile: "\(folder)/tiny.yaml", atomically: true, encoding: .utf8)
      let text = """
        name: two
        title: Two
        seeds: {small: 0-1}
        baseline: slow
        runs:
          tiny: {small: \(folder)/tiny.yaml}
        rows:
          - {name: fast, run: tiny, score: energy}
          - {name: slow, run: tiny, score: msp, set: [stages.0.optimizer.sgd.learningRate=0.01]}
        columns:
          - {title: average, metric: auroc}
          - {title: far, metric: fpr95_ood, over: far}
          - {title: one set, metric: aupr_in, over: synthetic-unseen}
          - {title: accuracy, metric: accuracy}
          - {title: ECE, metric: ece}
        """
      for seed in 0...1 {
        try TinyExperiment(out: folder).run("seed=\(seed)").complete()
        try TinyExperiment(out: folder).run("seed=\(seed)", "stages.0.optimizer.sgd.learningRate=0.01")
          .complete()
      }
      let table = try TableReport(TablePlan(TableRuns.file(text), scale: .small), out: [folder])
        .table(bootstrap: Bootstrap(replicateCount: 50))
      #expect(table.emptyCount == 0)
      for column in 0..<4 {
        let (one, other) = (table.rows[0].cells[column], table.rows[1].cells[column])
        let comparison = try #require(one.comparison, "column \(column)")
        let difference = zip(one.values, other.values).reduce(0) { $0 + $1.0 - $1.1 } / 2
        expectClose([comparison.difference], [difference], relative: 0, absolute: 1e-9)
        #expect(comparison.lower <= comparison.upper && (0...1).contains(comparison.probability))
        #expect(other.comparison == nil)
      }
      for (column, figure, over) in [
        (0, "auroc", "average"), (1, "fpr95_ood", "far"), (2, "aupr_in", "synthetic-unseen"),
      ] {
        let twin = try twin(figure, over, folder)
        let found = try #require(table.rows[0].cells[column].comparison)
        expectClose(
          [found.lower, found.upper, found.probability],
          [twin.lower * 100, twin.upper * 100, twin.probability], relative: 1e-9, absolute: 1e-9, "\(figure)")
      }
      // Calibration is not resampled.
      #expect(table.rows[0].cells[4].comparison == nil)
      let head = try #require(table.markdown.range(of: "| less slow |"))
      let printed = table.markdown[head.lowerBound...].split(separator: "\n")[2].split(separator: "|")
      func signed(_ value: Double) -> String {
        let text = String(format: "%+.2f", value)
        return text == "-0.00" ? "+0.00" : text.replacing("-", with: "−")
      }
      for column in 0..<4 {
        let found = try #require(table.rows[0].cells[column].comparison)
        // Of fifty resamples no probability is below 2/51.
        let chance = String(format: "p = %.2f", found.probability)
        #expect(
          printed[column + 1].trimmingCharacters(in: .whitespaces)
            == "\(signed(found.difference)) [\(signed(found.lower)), \(signed(found.upper))] \(chance)")
      }
      #expect(table.captions.contains { $0.hasPrefix("Differences from slow: paired bootstrap") })
      let plain = try TableReport(TablePlan(TableRuns.file(text), scale: .small), out: [folder]).table()
      #expect(!plain.captions.contains { $0.hasPrefix("Differences from") })
      // Images without a class are neither right nor wrong.
      let fast = RunFolder(of: try TinyExperiment.recipe(), below: folder)
      let features = try FeatureTable(contentsOf: fast.features("synthetic"), name: "synthetic")
      let predictions = try features.predictions()
      let half = predictions.enumerated().map { $0.offset < 20 ? -1 : $0.element }
      try features.labelled(half).write(to: fast.features("synthetic"))
      // A seed that one row alone has finished does not count.
      let slow = try TinyExperiment.recipe("seed=1", "stages.0.optimizer.sgd.learningRate=0.01")
      try FileManager.default.removeItem(atPath: RunFolder(of: slow, below: folder).results)
      func compared(_ count: Int) throws -> ResultTable {
        try TableReport(TablePlan(TableRuns.file(text), scale: .small), out: [folder])
          .table(bootstrap: Bootstrap(replicateCount: count))
      }
      let less = try compared(50)
      for (column, own) in [(0, table.rows[0].cells[0].values[0]), (3, 100)] {
        let found = try #require(less.rows[0].cells[column].comparison)
        let other = table.rows[1].cells[column].values[0]
        expectClose([found.difference], [own - other], relative: 0, absolute: 1e-9, "column \(column)")
      }
      // No resample of 20 right answers is as bad as the other row.
      #expect(less.markdown.contains("] p = 0.04 |"))
      #expect(try compared(250).markdown.contains("] p < 0.01 |"))
      // What was before AugDelete has other features than the tables, so it is not compared.
      let before = text.replacing("{name: fast,", with: "{name: fast, before: true,")
      let earlier = try TableReport(TablePlan(TableRuns.file(before), scale: .small), out: [folder])
        .table(bootstrap: Bootstrap(replicateCount: 5))
      #expect(earlier.rows.allSatisfy { $0.cells.allSatisfy { $0.comparison == nil } })
    }
  }

  /// The energies of the one recipe less the probabilities of the other, both drawn alike, as means over two seeds.
  private func twin(_ figure: String, _ over: String, _ out: String) throws -> PairedDifference {
    let bootstrap = Bootstrap(replicateCount: 50)
    func values(_ score: String, _ overrides: String...) throws -> ResampledScores.Values {
      let all = try (0...1).map { seed -> ResampledScores.Values in
        let recipe = try Recipe(
          RecipeSource(
            file: "tiny.yaml", text: TinyExperiment.text, overrides: ["seed=\(seed)"] + overrides))
        let run = RunFolder(of: recipe, below: out)
        let fitted = try ScoreChoice(parsing: score).fitted(on: FittingTables())
        func scores(_ set: String) throws -> [Double] {
          try fitted.scores(of: FeatureTable(contentsOf: run.features(set), name: set))
        }
        let outliers = [
          "synthetic-unseen": (try scores("synthetic-unseen"), [Int](repeating: -1, count: 30)),
          "synthetic-noise": (try scores("synthetic-noise"), [Int](repeating: -1, count: 20)),
        ]
        let resampled = try ResampledScores(
          inlierScores: scores("synthetic"), outliers: outliers, under: recipe.detectionProtocol, bootstrap)
        return try #require(resampled.values(figure, over: over))
      }
      return try #require(ResampledScores.Values(meanOf: all))
    }
    return PairedDifference(
      try values("energy"), try values("msp", "stages.0.optimizer.sgd.learningRate=0.01"))
  }
}
