import Archives
import Detection
import Experiments
import Foundation
import TestSupport
import Testing
import Training

/// Runs whose validation outliers choose.
@Suite("Choices by validation outliers")
struct BestEpochRunTests {
  private static let outliers = "data.oodValidation={set: synthetic-gradients, count: 25}"

  private func lines(_ run: Run) throws -> [RunLog.Line] {
    try RunLog.lines(at: run.folder.log).filter(\.endsEpoch)
  }

  /// The AUROC and FPR95 of a score by the tables of a run's folder.
  private func figures(_ run: Run, _ score: ScoreChoice) throws -> OODMetrics {
    func table(_ name: String) throws -> FeatureTable {
      try FeatureTable(contentsOf: run.folder.features(name), name: name)
    }
    let (inliers, outliers) = (try table("validation"), try table("oodValidation"))
    let fitted = try score.fitted(
      on: FittingTables(bank: try? table("train"), validation: inliers, outliers: outliers))
    return try OODMetrics(
      inlierScores: try fitted.scores(of: inliers), outlierScores: try fitted.scores(of: outliers))
  }

  @Test(
    "The best epoch by outliers is measured, and its figure is that of the tables",
    arguments: ["auroc", "fpr95"])
  func best(figure: String) throws {
    try withTemporaryFolder { out in
      let run = try TinyExperiment(out: out).run(
        "data.oodValidation={set: synthetic-strokes, count: 25}", "stages.0.epochs=4",
        "stages.0.best={by: {\(figure): {score: {knn: {k: 3}}}}}",
        "evaluate={scores: [energy, {knn: {k: 3}}], checkpoint: best}")
      let results = try run.complete().results
      let key = figure == "auroc" ? "auroc" : "fpr95_id"
      let values = try lines(run).map { $0.outlierValidation?[key] ?? .nan }
      let best = try #require(figure == "auroc" ? values.max() : values.min())
      let epoch = try #require(values.firstIndex(of: best))
      #expect(results.checkpoint == "best")
      let checkpoints = CheckpointFolder(path: run.folder.checkpoints)
      #expect(
        bytes(checkpoints.weights("best"))
          == bytes(checkpoints.weights(CheckpointFolder.name(afterEpoch: epoch))))
      // A search makes a run keep the outliers' table; by it the figures are the ones that were logged.
      let again = try Run(
        in: run.folder, store: drawnOnly,
        overrides: ["evaluate.scores=[energy, {knn: {k: [3, 4]}}]"])
      let searched = try again.evaluate(checkpoint: "best", logger: silentLogger)
      #expect(searched.detection.scores["energy"] == results.detection.scores["energy"])
      let metrics = try figures(run, ScoreChoice(parsing: "knn:k=3"))
      #expect(Set([metrics.auroc, metrics.fpr95ID, metrics.fpr95OOD]).count == 3)
      #expect(abs((figure == "auroc" ? metrics.auroc : metrics.fpr95ID) - best) < 1e-9)
      #expect(try checkpoints.readState("best").position.best == BestEpoch(epoch: epoch, value: best))
    }
  }

  @Test("A run with patience is resumed after its end as one that has ended")
  func patience() throws {
    try withTemporaryFolder { out in
      let changes = ["stages.0.epochs=30", "stages.0.best.patience=1", "evaluate.checkpoint=best"]
      let recipe = try Recipe(
        RecipeSource(file: "tiny.yaml", text: TinyExperiment.text, overrides: changes))
      let run = try Run(recipe, store: drawnOnly, out: out)
      let results = try run.complete().results
      let accuracies = try lines(run).map { $0.validationAccuracy ?? -1 }
      let end = accuracies.indices.dropFirst().first { accuracies[$0] <= accuracies[..<$0].max() ?? 0 }
      #expect(end == accuracies.count - 1 && accuracies.count < 30, "\(accuracies)")
      let written = bytes(run.folder.results)
      #expect(results.checkpoint == "best")
      #expect(try run.complete(resuming: true).results.detection == results.detection)
      #expect(bytes(run.folder.results) == written)
      #expect(try lines(run).count == accuracies.count)
    }
  }

  @Test("Where the last stage has no best epoch, that of an earlier one is not measured in its place")
  func earlierStage() throws {
    try withTemporaryFolder { out in
      let run = try TinyExperiment(out: out).run(
        "stages=[{epochs: 1, batchSize: 16}, {name: npos, epochs: 1, batchSize: 16, method: {npos: {width: 8}}}]",
        "evaluate={scores: [rn], checkpoint: best}")
      #expect(
        complaint { try run.complete() }
          == "evaluate.checkpoint: the last stage has no best epoch; a method without a classifier needs best: {by: auroc}"
      )
      #expect(CheckpointFolder(path: run.folder.checkpoints).contains(CheckpointFolder.best))
    }
  }

  @Test("results.json tells which loss floors were tried and which was chosen")
  func floor() throws {
    try withTemporaryFolder { out in
      func run(_ method: String) throws -> Run {
        try TinyExperiment(out: out).run(
          Self.outliers, "data.train.count=120", "stages.0.epochs=2", "stages.0.method=\(method)",
          "stages.0.checkpoint.every=0")
      }
      let searching = try run(
        "{unleashingMask: {floor: {chosen: {losses: [0.5, 2, 2.2], epochs: 1, by: auroc}}}}")
      let (results, notices) = try searching.complete()
      let floor = try #require(results.floor)
      #expect(floor.candidates.map(\.loss) == [0.5, 2, 2.2])
      let figures = floor.candidates.map(\.figure)
      let best = try #require(figures.firstIndex(of: figures.max() ?? -1))
      #expect(floor.loss == floor.candidates[best].loss)
      #expect(notices.contains { $0.hasPrefix("stage train: trial 3 of 3, 1 epochs: auroc ") })
      #expect(try RunResults(contentsOf: searching.folder.results).floor == floor)
      // Without the search, the same run.
      let given = try TinyExperiment(out: out).run(
        "data.train.count=120", "stages.0.epochs=2", "stages.0.checkpoint.every=0",
        "stages.0.method={unleashingMask: {floor: {at: {loss: \(floor.loss)}}}}")
      let plain = try given.complete().results
      #expect(plain.floor == nil && plain.detection == results.detection)
      #expect(try lines(searching).allSatisfy { abs(($0.reports?["lossFloor"] ?? 0) - floor.loss) < 1e-6 })
      // One shorter trial is a run of one epoch.
      let alone = try TinyExperiment(out: out).run(
        Self.outliers, "data.train.count=120", "stages.0.checkpoint.every=0", "stages.0.best.by=auroc",
        "stages.0.method={unleashingMask: {floor: {at: {loss: 2}}}}")
      try alone.complete()
      let logged = try lines(alone).last?.outlierValidation?["auroc"] ?? .nan
      #expect(abs(logged - figures[1]) < 1e-9)
    }
  }

  @Test("What cannot be chosen is refused before anything is trained")
  func refusals() throws {
    func complaints(_ overrides: String...) -> String {
      complaint {
        _ = try Recipe(RecipeSource(file: "tiny.yaml", text: TinyExperiment.text, overrides: overrides))
      }
    }
    let without = complaints("stages.0.best.by=auroc")
    #expect(
      without.contains(
        "stages.0.best chooses by outliers, which needs data.validation and data.oodValidation"))
    #expect(
      complaints("stages.0.method={unleashingMask: {floor: {chosen: {losses: [1]}}}}")
        .contains("stages.0.method chooses by outliers"))
    let unvalidated = TinyExperiment.text.replacingOccurrences(
      of: "  validation: {fraction: 0.2}\n", with: "")
    for (change, problem) in [
      ("stages.0.best.patience=2", "patience waits for a better epoch, which needs data.validation"),
      ("evaluate.checkpoint=best", "the best epoch is known only with data.validation"),
    ] {
      let source = try RecipeSource(file: "tiny.yaml", text: unvalidated, overrides: [change])
      #expect(complaint { _ = try Recipe(source) }.contains(problem))
    }
    #expect(
      complaints(Self.outliers, "stages.0.best={by: {auroc: {score: {knn: {k: [1, 2]}}}}}").contains(
        "must have fixed settings here"))
    let method = "stages.0.method={unleashingMask: {floor: {chosen: "
    #expect(
      complaints(Self.outliers, method + "{losses: [1], kept: [1]}}}}").contains(
        "must have either losses or kept"))
    #expect(complaints(Self.outliers, method + "{}}}}").contains("must have either losses or kept"))
    #expect(
      complaints(
        Self.outliers, method + "{losses: [1], epochs: 1}}}}", "stages.0.epochs=4",
        "stages.0.schedule={cosine: {warmup: {epochs: 2}}}"
      ).contains("a warm-up of 2 epochs doesn't fit into trials of 1"))
    try withTemporaryFolder { out in
      #expect(
        complaint {
          _ = try TinyExperiment(out: out).run(Self.outliers, "stages.0.best={by: {auroc: {score: mos}}}")
        }
          == "stages.0.best: mos is for a softmax per group, and plain trains none, as stage train leaves it")
      #expect(
        complaint { _ = try TinyExperiment(out: out).run(Self.outliers) }.hasPrefix("data.oodValidation: "))
    }
  }
}
