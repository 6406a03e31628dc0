import Detection
import Experiments
import Foundation
import Plots
import TestSupport
import Testing
import Training

/// What the plots of a page draw, point by point.
@Suite("Plots of reports")
struct ReportPlotTests {
  private func page(
    _ overrides: String..., body: (RunFolder, String) throws -> Void
  ) throws {
    try withTemporaryFolder { out in
      let recipe = try Recipe(
        RecipeSource(
          file: "tiny.yaml", text: TinyExperiment.text,
          overrides: ["stages.0.epochs=3", "evaluate.every=1", "evaluate.scores=[energy, msp]"]
            + overrides))
      let run = try Run(recipe, store: drawnOnly, out: out)
      try run.complete()
      try body(run.folder, ReportPage(folders: [run.folder], store: nil).html)
    }
  }

  private func expectPlot(_ page: String, _ name: String, _ plot: Plot) {
    #expect(page.contains(plot.element(identifier: "x1-\(name)")), "\(plot.title)")
  }

  @Test("Curves of training and detection have the figures of the log at their epochs")
  func courses() throws {
    try page { folder, page in
      let lines = try RunLog.lines(at: folder.log).filter(\.endsEpoch)
      #expect(lines.count == 3)
      func series(_ name: String, _ value: (RunLog.Line) -> Double?) -> PlotSeries {
        PlotSeries(
          name, lines.enumerated().map { PlotPoint(Double($0.offset + 1), value($0.element) ?? -1) }
        )
      }
      let epochs = PlotAxis("epoch", range: 1...3)
      expectPlot(
        page, "training-curve1",
        Plot(
          "Accuracy", x: epochs, y: PlotAxis("share classified correctly"),
          [
            series("training", \.accuracy), series("validation", \.validationAccuracy),
            series("test") { $0.evaluation?["accuracy"]?["test"]?["accuracy"] },
          ], width: 340, height: 250))
      let verdict = try RunResults(contentsOf: folder.results).verdict
      for (place, metric, title) in [(1, "auroc", "AUROC"), (3, "fpr95_id", "FPR95")] {
        expectPlot(
          page, "detection-course-course\(place)",
          Plot(
            "\(title) of \(verdict), near and far", x: epochs, y: PlotAxis(title),
            ["near", "far"].map { row in series(row) { $0.evaluation?[verdict]?[row]?[metric] } },
            width: 340, height: 250))
      }
    }
  }

  @Test("ROC has the share of outliers accepted to the right and that of test images upwards")
  func rates() throws {
    try page { folder, page in
      let tables = try ["synthetic", "synthetic-unseen", "synthetic-noise"].map {
        try FeatureTable(contentsOf: folder.features($0), name: $0)
      }
      let energies = try tables.map { table -> [Double] in
        try ScoreChoice(parsing: "energy").fitted(on: FittingTables()).scores(of: table)
      }
      let place =
        page.contains("ROC of energy, ID positive") ? try verdictPlace(folder, "energy") : -1
      // The naive twin: from the highest threshold down, the share of each side from it on.
      let lines = (1...2).map { set -> PlotSeries in
        let thresholds = Set(energies[0] + energies[set]).sorted(by: >)
        let points = thresholds.map { threshold in
          PlotPoint(
            Double(energies[set].count { $0 >= threshold }) / Double(energies[set].count),
            Double(energies[0].count { $0 >= threshold }) / Double(energies[0].count))
        }
        return PlotSeries(
          tables[set].name, PathThinning.simplified([PlotPoint(0, 0)] + points, tolerance: 0.001))
      }
      expectPlot(
        page, "scores-score\(place)-roc",
        Plot(
          "ROC of energy, ID positive",
          x: PlotAxis("false positive rate (share of OOD accepted)", range: 0...1),
          y: PlotAxis("true positive rate (share of ID accepted)", range: 0...1),
          [PlotSeries("chance", [PlotPoint(0, 0), PlotPoint(1, 1)], style: .reference)] + lines,
          width: 420,
          height: 400))
      // Beside each set's distribution stands that of the test images, and the threshold.
      let histogram = try ScoreHistogram(energies, binCount: 40)
      let score = try #require(RunResults(contentsOf: folder.results).detection.scores["energy"])
      let (first, last) = (try #require(histogram.edges.first), try #require(histogram.edges.last))
      let heights = histogram.densities.joined().sorted(by: >)
      let (highest, ordinary) = (heights[0], heights[heights.count / 50])
      let top = highest > 3 * ordinary ? 1.5 * ordinary : 1.04 * highest
      func steps(_ densities: [Double]) -> PlotSeries {
        PlotSeries(
          "", zip(histogram.edges, densities + densities.suffix(1)).map { PlotPoint($0, $1) },
          style: .steps)
      }
      let threshold = score.threshold95.value
      #expect((first...last).contains(threshold))
      for (index, name) in ["synthetic-unseen", "synthetic-noise"].enumerated() {
        expectPlot(
          page, "scores-score\(place)-histogram\(index)",
          Plot(
            name, x: PlotAxis("score energy", range: first...last),
            y: PlotAxis("density", range: 0...top),
            [
              steps(histogram.densities[0]), steps(histogram.densities[index + 1]),
              PlotSeries(
                "", [PlotPoint(threshold, 0), PlotPoint(threshold, top)], style: .reference),
            ], width: 300, height: 190))
      }
    }
  }

  /// The place of a score among those of a page, the deciding one first.
  private func verdictPlace(_ folder: RunFolder, _ name: String) throws -> Int {
    try RunResults(contentsOf: folder.results).verdict == name ? 0 : 1
  }

  @Test("Reliability is accuracy by confidence, and every bin stands where its confidences lie")
  func calibration() throws {
    try page { folder, page in
      let table = try FeatureTable(contentsOf: folder.features("synthetic"), name: "synthetic")
      let logits = try #require(table.logits)
      var bins = [(count: Int, right: Int)](repeating: (0, 0), count: 15)
      for (index, label) in table.labels.enumerated() {
        let row = (0..<logits.columnCount).map {
          Double(logits.values[index * logits.columnCount + $0])
        }
        let largest = try #require(row.max())
        let confidence = 1 / row.reduce(0) { $0 + exp($1 - largest) }
        let bin = min(14, max(0, Int((confidence * 15).rounded(.up)) - 1))
        bins[bin].count += 1
        bins[bin].right += row.firstIndex(of: largest) == label ? 1 : 0
      }
      func steps(_ values: [Double]) -> [PlotPoint] {
        (values + values.suffix(1)).enumerated().map {
          PlotPoint(Double($0.offset) / 15, $0.element)
        }
      }
      expectPlot(
        page, "calibration-reliability",
        Plot(
          "Reliability", x: PlotAxis("confidence", range: 0...1),
          y: PlotAxis("accuracy", range: 0...1),
          [
            PlotSeries(
              "accuracy",
              steps(bins.map { $0.count == 0 ? 0 : Double($0.right) / Double($0.count) }),
              style: .steps),
            PlotSeries("as sure as right", [PlotPoint(0, 0), PlotPoint(1, 1)], style: .reference),
          ], width: 340, height: 280))
      expectPlot(
        page, "calibration-confidence",
        Plot(
          "How sure the network is", x: PlotAxis("confidence", range: 0...1),
          y: PlotAxis("share of test images"),
          [PlotSeries("", steps(bins.map { Double($0.count) / 40 }), style: .steps)], width: 340,
          height: 280)
      )
    }
  }
}
