import Archives
import Detection
import Experiments
import Foundation
import Images
import Networks
import Plots
import TestSupport
import Testing
import Training

/// Figures of analyses where what they must be is known beforehand.
@Suite("Figures of analyses")
struct AnalysisFigureTests {
  private func figures(_ run: Run, _ analysis: String) throws -> RunResults {
    try Run(in: run.folder, store: drawnOnly, overrides: ["analyses=[\(analysis)]"])
      .evaluate(checkpoint: CheckpointFolder.last, logger: silentLogger)
  }

  @Test("Logits half as large as the reference's have fallen by one half, on every set")
  func relativeDecrement() throws {
    try withTemporaryFolder { out in
      let run = try TinyExperiment(out: out).run()
      try run.complete()
      let file = try SafeTensorsFile(CheckpointFolder(path: run.folder.checkpoints).weights("last"))
      let doubled = try file.names.filter { !$0.hasSuffix("num_batches_tracked") }.map { name in
        let values = try file.floats(of: name).map { name.hasPrefix("fc.") ? 2 * $0 : $0 }
        return NamedArray(name, shape: try file.shape(of: name), .float32(values))
      }
      try SafeTensors.write(doubled, to: out + "/doubled.safetensors")
      let results = try figures(run, "{relativeDecrement: {reference: \(out)/doubled.safetensors}}")
      let decrement = try #require(results.analyses["relativeDecrement"])
      for path in ["inliers", "near.ofMeans", "far.ofMeans", "sets.synthetic-noise.meanOfRatios"] {
        #expect(abs((decrement[path]?.value ?? .nan) - 0.5) < 1e-5, "\(path)")
      }
      // As much on both sides: nothing is lost.
      let ratio = decrement["sets.synthetic.mean"]?.value ?? .nan
      #expect(abs(2 * ratio - (decrement["sets.synthetic.reference"]?.value ?? .nan)) < 1e-5)
    }
  }

  @Test("Pictures mixed with all of their partners are the partners")
  func mixedSamples() throws {
    try withTemporaryFolder { out in
      let run = try TinyExperiment(out: out).run("evaluate.scores=[mls]")
      let plain = try run.complete().results
      let results = try figures(run, "{mixedSamples: {shares: [1, 0.5]}}")
      let mixed = try #require(results.analyses["mixedSamples"])
      #expect(mixed["points.0.inliersFromMixtures"]?.value == 0.5)
      let expected = try #require(plain.detection.scores["mls"]).average.auroc
      #expect(abs((mixed["points.0.mixturesFromOutliers"]?.value ?? .nan) - expected) < 1e-9)
      #expect(mixed["points.1.inliersFromMixtures"]?.value != 0.5)
    }
  }

  @Test("Plots of analyses draw the figures of the log and of results.json at their places")
  func plots() throws {
    try withTemporaryFolder { out in
      let run = try TinyExperiment(out: out).run("evaluate.every=1", "stages.0.epochs=2")
      try run.complete()
      func svg(_ name: String) throws -> String {
        try String(contentsOfFile: "\(run.folder.analyses)/\(name).svg", encoding: .utf8)
      }
      _ = try figures(run, "trainingCurve")
      let lines = try RunLog.lines(at: run.folder.log).filter(\.endsEpoch)
      func line(_ title: String, _ value: (RunLog.Line) -> Double?) -> PlotSeries {
        PlotSeries(
          title, lines.enumerated().map { PlotPoint(Double($0.offset + 1), value($0.element) ?? -1) })
      }
      let accuracies = Plot(
        "Accuracy while the network learned", x: PlotAxis("epoch"), y: PlotAxis("accuracy"),
        [
          line("training", \.accuracy),
          line("test") { $0.evaluation?["accuracy"]?["test"]?["accuracy"] },
        ])
      #expect(try svg("trainingCurve-accuracy") == accuracies.svg)

      let masked = try #require(
        figures(run, "{maskedLoss: {shares: [1], draws: 1, pictures: 6}}").analyses["maskedLoss"])
      func losses(_ title: String, _ key: String) -> PlotSeries {
        PlotSeries(
          title,
          (0..<6).map { PlotPoint(Double($0 + 1), masked["pictures.\(key).\($0)"]?.value ?? .nan) })
      }
      let single = Plot(
        "Loss of single training pictures", x: PlotAxis("rank by the loss with all weights"),
        y: PlotAxis("cross-entropy"),
        [losses("all weights", "dense"), losses("0.975 of the weights", "masked")])
      #expect(try svg("maskedLoss-pictures") == single.svg)
    }
  }

  @Test("Groups are counted from one in the picture of how sure they are of others")
  func othersProbability() throws {
    try withTemporaryFolder { out in
      let run = try TinyExperiment(out: out).run(
        "stages.0.method={mos: {grouping: {random: {count: 3}}}}", "evaluate.scores=[mos]",
        "analyses=[othersProbability]")
      let others = try #require(run.complete().results.othersProbability)
      let lines = try ["synthetic", "synthetic-unseen", "synthetic-noise"].map { set in
        let groups = try #require(others[set]).groups
        return PlotSeries(set, groups.enumerated().map { PlotPoint(Double($0.offset + 1), $0.element) })
      }
      let plot = Plot(
        "Probability of others", x: PlotAxis("group"), y: PlotAxis("mean probability", range: 0...1), lines)
      #expect(
        try String(contentsOfFile: "\(run.folder.analyses)/othersProbability.svg", encoding: .utf8)
          == plot.svg)
    }
  }

  @Test("Of masked weights those that count are shown apart")
  func weightHistogram() throws {
    try withTemporaryFolder { out in
      let run = try TinyExperiment(out: out).run("stages.0.method={umap: {floor: none, kept: 0.7}}")
      try run.complete()
      let results = try figures(run, "weightHistogram")
      let weights = try #require(results.analyses["weightHistogram"])
      let file = try SafeTensorsFile(CheckpointFolder(path: run.folder.checkpoints).weights("last"))
      let counts = try file.names.filter { $0.hasSuffix(".scores") }.map {
        try file.shape(of: $0).reduce(1, *)
      }
      #expect(weights["sets.weights.count"]?.value == Double(counts.reduce(0, +)))
      let kept = counts.reduce(0) { $0 + $1 - Int((1 - 0.7) * Double($1)) }
      #expect(weights["sets.kept weights.count"]?.value == Double(kept))
    }
  }

  @Test("Lists of typical and atypical pictures begin with the most typical and the most atypical")
  func lossRanking() throws {
    try withTemporaryFolder { out in
      let run = try TinyExperiment(out: out).run(
        "data.train=synthetic", "data.validation={fraction: 0}", "stages.0.batchSize=500")
      try run.complete()
      _ = try figures(run, "{lossRanking: {count: 5}}")
      let store = drawnOnly
      let recipe = try TinyExperiment.recipe("data.train=synthetic", "data.validation={fraction: 0}")
      let set = try ExperimentData(recipe.data, store: store, seed: 0).training
      let bank = try FeatureTable(contentsOf: run.folder.features("train"))
      let losses = try bank.crossEntropies()
      #expect(losses.count == set.count)
      for (name, sorted) in [("typical", losses.sorted()), ("atypical", losses.sorted(by: >))] {
        let text = try String(contentsOfFile: "\(run.folder.analyses)/\(name).txt", encoding: .utf8)
        let indices = text.split(separator: "\n").compactMap { Int($0) }
        #expect(indices.map { losses[$0] } == Array(sorted.prefix(5)), "\(name)")
      }
    }
  }
}
