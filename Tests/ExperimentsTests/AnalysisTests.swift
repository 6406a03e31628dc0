import Detection
import Experiments
import Foundation
import Images
import TestSupport
import Testing
import Training

/// Analyses of a trained network, beside those of AugDelete.
@Suite("Analyses")
struct AnalysisTests {
  private func evaluated(_ run: Run, _ overrides: String...) throws -> RunResults {
    try Run(in: run.folder, store: drawnOnly, overrides: overrides)
      .evaluate(checkpoint: CheckpointFolder.last, logger: silentLogger)
  }

  @Test("The loss grows as weights are hidden, and with all of them it is the network's")
  func maskedLoss() throws {
    try withTemporaryFolder { out in
      let run = try TinyExperiment(out: out).run("stages.0.epochs=8", "data.train.count=120")
      try run.complete()
      let results = try evaluated(
        run,
        "analyses=[{maskedLoss: {shares: [0.1, 0.5, 1], kept: 0.5, pictures: 20, draws: 3}}, weightHistogram]"
      )
      let figures = try #require(results.analyses["maskedLoss"])
      let losses = (0..<3).map { figures["points.\($0).loss"]?.value ?? .nan }
      #expect(losses[0] > losses[2] && losses[1] > losses[2], "\(losses)")
      let dense = (0..<20).map { figures["pictures.dense.\($0)"]?.value ?? .nan }
      #expect(dense == dense.sorted() && figures["pictures.dense.20"] == nil)
      #expect((0..<20).contains { figures["pictures.masked.\($0)"]?.value != dense[$0] })
      // Nothing is cropped or mirrored here, so the mean over some pictures is near that over all.
      #expect(abs(dense.reduce(0, +) / 20 - losses[2]) < 0.5)
      let svg = try String(
        contentsOfFile: run.folder.analyses + "/maskedLoss-pictures.svg", encoding: .utf8)
      #expect(svg.contains(">all weights<") && svg.contains(">0.5 of the weights<"))
      let weights = try #require(results.analyses["weightHistogram"])
      #expect((weights["sets.weights.count"]?.value ?? 0) > 70_000)
    }
  }

  @Test("The curve of a training has a point for every epoch that was scored, in order")
  func trainingCurve() throws {
    try withTemporaryFolder { out in
      let run = try TinyExperiment(out: out).run(
        "stages.0.epochs=4", "evaluate.every=2", "evaluate.scores=[energy, msp]")
      let results = try run.complete().results
      let curve = try #require(try evaluated(run, "analyses=[trainingCurve]").analyses["trainingCurve"])
      #expect(curve["points.0.epoch"]?.value == 2 && curve["points.1.epoch"]?.value == 4)
      #expect(curve["points.2"] == nil)
      // The last point is what the run ended with.
      let energy = try #require(results.detection.scores["energy"])
      let last = curve["points.1.scores.energy.average.auroc"]?.value ?? .nan
      #expect(abs(last - energy.average.auroc) < 1e-9)
      #expect(curve["points.1.accuracy"]?.value == results.detection.accuracy)
      for (picture, lines) in [
        ("trainingCurve", ["energy FPR95", "energy AUROC", "msp FPR95", "msp AUROC"]),
        ("trainingCurve-accuracy", ["training", "test"]),
      ] {
        let svg = try String(contentsOfFile: "\(run.folder.analyses)/\(picture).svg", encoding: .utf8)
        #expect(lines.allSatisfy { svg.contains(">\($0)<") }, "\(picture)")
      }
    }
  }

  @Test("Without scores of epochs there is no curve")
  func noCurve() throws {
    try withTemporaryFolder { out in
      let run = try TinyExperiment(out: out).run()
      try run.complete()
      let problem = complaint { _ = try evaluated(run, "analyses=[trainingCurve]") }
      #expect(
        problem.hasSuffix("has no scores of epochs for analyses.trainingCurve; evaluate.every takes them"))
    }
  }

  @Test("Typical pictures have the smallest losses, atypical ones the largest, and lists select them")
  func lossRanking() throws {
    try withTemporaryFolder { out in
      let run = try TinyExperiment(out: out).run(
        "data.train=synthetic", "data.validation={fraction: 0}", "stages.0.batchSize=500")
      try run.complete()
      let results = try evaluated(run, "analyses=[{lossRanking: {count: 30}}]")
      let figures = try #require(results.analyses["lossRanking"])
      #expect((figures["typical.loss"]?.value ?? 9) < (figures["atypical.loss"]?.value ?? 0))
      #expect((figures["typical.accuracy"]?.value ?? 0) > (figures["atypical.accuracy"]?.value ?? 1))
      let path = run.folder.analyses + "/typical.txt"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(text.split(separator: "\n").count == 30)
      let next = try TinyExperiment.recipe("data.train={set: synthetic, indices: \(path)}")
      #expect(try ExperimentData(next.data, store: drawnOnly, seed: 0).training.count == 30 - 6)
    }
  }

  @Test("Positions in a selection are no positions in the set")
  func lossRankingOfPart() throws {
    try withTemporaryFolder { out in
      let run = try TinyExperiment(out: out).run()
      try run.complete()
      let problem = complaint { _ = try evaluated(run, "analyses=[lossRanking]") }
      #expect(problem.contains("analyses.lossRanking tells pictures by their position in the training set"))
    }
  }

  @Test("Groups of MOS say how sure they are of others")
  func othersProbability() throws {
    try withTemporaryFolder { out in
      let run = try TinyExperiment(out: out).run(
        "stages.0.method={mos: {grouping: {random: {count: 2}}}}", "evaluate.scores=[mos]",
        "analyses=[othersProbability]")
      let results = try run.complete().results
      let figures = try #require(results.analyses["othersProbability"])
      for (set, others) in try #require(results.othersProbability) {
        #expect(figures["sets.\(set).smallest"]?.value == others.smallest, "\(set)")
        #expect(figures["sets.\(set).groups.1"]?.value == others.groups[1], "\(set)")
      }
      #expect(FileManager.default.fileExists(atPath: run.folder.analyses + "/othersProbability.svg"))
    }
  }
}
