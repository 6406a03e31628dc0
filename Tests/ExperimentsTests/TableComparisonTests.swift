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
      // Calibration is not resampled.
      #expect(table.rows[0].cells[4].comparison == nil)
      #expect(table.markdown.contains("| less slow |"))
    }
  }
}
