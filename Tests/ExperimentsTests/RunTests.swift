import Archives
import Detection
import Experiments
import Foundation
import Kernels
import TestSupport
import Testing

@Suite("A run from recipe to results")
struct RunTests {
  @Test("the run folder holds exactly what the interface promises")
  func folder() throws {
    try withTemporaryFolder { out in
      let run = try TinyExperiment(out: out).run("seed=3")
      try run.complete()
      #expect(run.folder.path == "\(out)/tiny/\(run.recipe.hash)/seed3")
      let checkpoints = ["best", "epoch-0001", "last"].flatMap { name in
        ["optimizer.safetensors", "safetensors", "state.json"].map { "checkpoints/\(name).\($0)" }
      }
      let tables = ["synthetic", "synthetic-noise", "synthetic-unseen", "validation"].map {
        "features/\($0).safetensors"
      }
      #expect(
        try files(below: run.folder.path)
          == (checkpoints + tables + [
            "environment.json", "log.jsonl", "normalization.json", "recipe.yaml", "results.json",
          ])
          .sorted())
    }
  }

  @Test("the recipe in the run folder is complete and has the same hash")
  func recipe() throws {
    try withTemporaryFolder { out in
      let run = try TinyExperiment(out: out).run()
      try run.complete()
      let kept = try Recipe(path: run.folder.recipe)
      #expect(kept == run.recipe)
      #expect(kept.hash == run.recipe.hash)
      let resolved = try String(contentsOfFile: run.folder.recipe, encoding: .utf8)
      #expect(resolved == run.recipe.resolved.yaml)
    }
  }

  @Test("results.json has the keys of the interface, and fractions")
  func results() throws {
    try withTemporaryFolder { out in
      let run = try TinyExperiment(out: out).run()
      let results = try run.complete().results
      let root = try object(run.folder.results)
      #expect(
        root.keys.sorted() == [
          "accuracy", "calibration", "checkpoint", "counts", "encodings", "input", "notes", "recipe",
          "scores", "seed", "verdict",
        ])
      #expect(root["counts"] as? [String: Int] == ["id": 40])
      #expect((root["calibration"] as? [String: Double])?.keys.sorted() == ["ece"])
      #expect(root["checkpoint"] as? String == "last")
      #expect(root["recipe"] as? String == "tiny")
      #expect(root["seed"] as? Int == 0)
      #expect(root["notes"] as? [String] == [])
      #expect(root["verdict"] as? String == "msp")
      let encodings = try #require(root["encodings"] as? [String: Any])
      #expect(encodings.keys.sorted() == ["outliers", "test", "training", "validation"])
      #expect(encodings["training"] as? String == "drawn")
      #expect(
        encodings["outliers"] as? [String: String]
          == ["synthetic-unseen": "drawn", "synthetic-noise": "drawn"])
      let accuracy = try #require(root["accuracy"] as? Double)
      #expect((0...1).contains(accuracy))
      let scores = try #require(root["scores"] as? [String: [String: Any]])
      #expect(scores.keys.sorted() == ["energy", "mls", "msp"])
      let figures = [
        "aupr_in", "aupr_in_trapezoid", "aupr_out", "aupr_out_trapezoid", "auroc", "fpr95_id",
        "fpr95_id_nearest", "fpr95_ood", "fpr95_ood_nearest",
      ]
      for score in scores.values {
        #expect(
          score.keys.sorted()
            == ["average", "averageRule", "far", "near", "sets", "threshold95", "threshold95Source"])
        #expect(score["threshold95Source"] as? String == "validation")
        for mean in ["near", "far", "average"] {
          let mean = try #require(score[mean] as? [String: Double])
          #expect(mean.keys.sorted() == figures)
          #expect(mean.values.allSatisfy { (0...1).contains($0) })
        }
        let sets = try #require(score["sets"] as? [String: [String: Double]])
        #expect(sets.keys.sorted() == ["synthetic-noise", "synthetic-unseen"])
        #expect(
          sets.values.allSatisfy { $0.keys.sorted() == (figures + ["id_count", "ood_count"]).sorted() })
        #expect(sets["synthetic-noise"]?["ood_count"] == 20)
      }
      #expect(try results.json() == String(contentsOfFile: run.folder.results, encoding: .utf8))
    }
  }

  @Test("environment.json and log.jsonl say what ran and how it went")
  func environmentAndLog() throws {
    try withTemporaryFolder { out in
      let run = try TinyExperiment(out: out).run("evaluate.every=1", "logEvery=2")
      try run.complete()
      let environment = try object(run.folder.environment)
      #expect(
        environment.keys.filter { $0 != "commit" }.sorted() == [
          "kernels", "peakMemoryBytes", "peakTensorBytes", "precision", "scores", "threads",
          "trainingSeconds", "version", "wallSeconds",
        ])
      #expect(environment["precision"] as? String == "float32")
      let wall = try #require(environment["wallSeconds"] as? Double)
      let training = try #require(environment["trainingSeconds"] as? Double)
      #expect(0 < training && training < wall)

      let log = try String(contentsOfFile: "\(run.folder.path)/log.jsonl", encoding: .utf8)
      let lines = try log.split(separator: "\n").map { line in
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      }
      // Fifty pictures in batches of sixteen: a line after every second step and one for the epoch.
      #expect(lines.map { $0["step"] as? Int } == [2, 4, 4])
      #expect(lines.map { $0["endsEpoch"] as? Bool } == [false, false, true])
      let measured = try #require(lines.last?["evaluation"] as? [String: [String: [String: Double]]])
      #expect(measured.keys.sorted() == ["accuracy", "energy", "mls", "msp"])
      let results = try DetectionResults(contentsOf: run.folder.results)
      #expect(measured["accuracy"]?["test"]?["accuracy"] == results.accuracy)
      #expect(measured["msp"]?["far"]?["auroc"] == results.scores["msp"]?.far.auroc)
    }
  }

  @Test("the feature tables of the run folder give the metrics of results.json again")
  func tables() throws {
    try withTemporaryFolder { out in
      let run = try TinyExperiment(out: out).run()
      let results = try run.complete().results
      func table(_ name: String) throws -> FeatureTable {
        try FeatureTable(contentsOf: run.folder.features(name), name: name)
      }
      let inliers = try table("synthetic")
      #expect(inliers.count == 40)
      #expect(try table("synthetic-noise").labels == [Int](repeating: -1, count: 20))
      let evaluation = try DetectionEvaluation(
        inliers: inliers, outliers: [table("synthetic-unseen"), table("synthetic-noise")],
        fitting: FittingTables(validation: table("validation")),
        under: DetectionProtocol(near: ["synthetic-unseen"], far: ["synthetic-noise"]))
      #expect(try evaluation.outcome(of: run.recipe.evaluate.scores).results == results.detection)
    }
  }

  @Test("A checkpoint of a stage before the last is measured as that stage left it")
  func earlierStage() throws {
    try withTemporaryFolder { out in
      let first =
        "{name: first, epochs: 1, batchSize: 16, checkpoint: {every: 1}, optimizer: {sgd: {learningRate: 0.05}}}"
      let second =
        "{name: second, epochs: 1, batchSize: 16, method: rna, optimizer: {adam: {learningRate: 0.001}}}"
      let alone = try TinyExperiment(out: out + "/alone").run("stages=[\(first)]").complete().results
      let run = try TinyExperiment(out: out).run("stages=[\(first), \(second)]")
      let both = try run.complete().results
      let earlier = try Run(in: run.folder, store: drawnOnly)
        .evaluate(checkpoint: "epoch-0001", logger: silentLogger)
      #expect(earlier.detection.scores == alone.detection.scores)
      #expect(earlier.detection.scores != both.detection.scores)
    }
  }

  @Test("evaluating again writes the same bytes, evaluating another checkpoint says so")
  func evaluateAgain() throws {
    try withTemporaryFolder { out in
      let run = try TinyExperiment(out: out).run()
      try run.complete()
      let before = bytes(run.folder.results)
      let tables = bytes(run.folder.features("synthetic"))
      try FileManager.default.removeItem(atPath: run.folder.results)
      try FileManager.default.removeItem(atPath: "\(run.folder.path)/features")
      let again = try Run(in: RunFolder(path: run.folder.path), store: drawnOnly)
      _ = try again.evaluate(checkpoint: "last", logger: silentLogger)
      #expect(bytes(run.folder.results) == before)
      #expect(bytes(run.folder.features("synthetic")) == tables)

      let other = try Run(
        in: RunFolder(path: run.folder.path), store: drawnOnly, overrides: ["evaluate.scores=[mls]"])
      let results = try other.evaluate(checkpoint: "epoch-0001", logger: silentLogger)
      #expect(results.checkpoint == "epoch-0001")
      #expect(results.detection.scores.keys.sorted() == ["mls"])
      // After one epoch the kept checkpoint is the last one.
      let file = CheckpointPath.last(of: run)
      #expect(try other.evaluate(checkpoint: file, logger: silentLogger).detection == results.detection)
    }
  }

  @Test("what cannot be evaluated is refused in one sentence")
  func evaluateMistakes() throws {
    try withTemporaryFolder { out in
      let run = try TinyExperiment(out: out).run()
      try run.complete()
      func evaluate(_ folder: String, _ checkpoint: String = "last", _ overrides: String...) -> String {
        complaint {
          let run = try Run(in: RunFolder(path: folder), store: drawnOnly, overrides: overrides)
          _ = try run.evaluate(checkpoint: checkpoint, logger: silentLogger)
        }
      }
      #expect(
        evaluate(out)
          == "\(out): holds no run: there is no recipe.yaml in it; there is one in \(run.folder.path)")
      #expect(
        evaluate(run.folder.path, "bets")
          == "\(run.folder.path)/checkpoints: there is no checkpoint called 'bets', "
          + "and no file of weights is either")
      #expect(
        evaluate(run.folder.path, "last", "evaluate.batchSize=7", "seed=3")
          == "--set seed=3: a trained run can be changed below evaluate and analyses only")
      #expect(
        evaluate(run.folder.path, "last", "network=resnet20")
          == "--set network=resnet20: a trained run can be changed below evaluate and analyses only")
    }
  }

  @Test("an earlier run is set aside, never overwritten")
  func setAside() throws {
    try withTemporaryFolder { out in
      let run = try TinyExperiment(out: out).run()
      try run.complete()
      let weights = bytes(CheckpointPath.last(of: run))
      for number in 1...2 {
        let earlier = "\(run.folder.path).earlier\(number)"
        let notices = try TinyExperiment(out: out).run().complete().notices
        #expect(
          notices.first
            == "an earlier run was moved to \(earlier); --resume would have continued it")
        #expect(bytes("\(earlier)/checkpoints/last.safetensors") == weights)
        #expect(bytes(CheckpointPath.last(of: run)) == weights)
      }
    }
  }

  @Test("two programs cannot train in one folder")
  func lock() throws {
    try withTemporaryFolder { out in
      let run = try TinyExperiment(out: out).run()
      try run.folder.create()
      let other = try RunLock(run.folder)
      try withExtendedLifetime(other) {
        #expect(throws: FileError(run.folder.path, "another limen is training in this folder")) {
          try run.complete()
        }
        let written = try files(below: out)
        #expect(written.isEmpty)
      }
    }
  }

  @Test("resuming a finished run evaluates it again and changes nothing")
  func resumeFinished() throws {
    try withTemporaryFolder { out in
      let run = try TinyExperiment(out: out).run()
      try run.complete()
      let results = bytes(run.folder.results)
      let kept = ["log.jsonl", "checkpoints/last.safetensors", "checkpoints/last.state.json"]
      let before = kept.map { bytes("\(run.folder.path)/\($0)") }
      try FileManager.default.removeItem(atPath: run.folder.results)
      let notices = try TinyExperiment(out: out).run().complete(resuming: true).notices
      #expect(
        notices
          == ["synthetic", "validation", "synthetic-unseen", "synthetic-noise"].map { "evaluating \($0)" })
      #expect(kept.map { bytes("\(run.folder.path)/\($0)") } == before)
      #expect(bytes(run.folder.results) == results)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: "\(out)/tiny/\(run.recipe.hash)") == ["seed0"])
    }
  }

  @Test("a run in bfloat16 says so, is scored in float32, and in bfloat16 if asked")
  func precision() throws {
    try withTemporaryFolder { out in
      let run = try TinyExperiment(out: out).run("precision=bfloat16")
      let results = try run.complete().results
      #expect(try object(run.folder.environment)["precision"] as? String == "bfloat16")
      let inFloat32 = bytes(run.folder.features("synthetic"))
      #expect(inFloat32 != nil)

      let again = try Run(in: run.folder, store: drawnOnly)
      let float32 = try again.evaluate(checkpoint: "last", logger: silentLogger)
      #expect(float32.detection == results.detection && float32.notes == results.notes)
      #expect(bytes(run.folder.features("synthetic")) == inFloat32)
      let bfloat16 = try again.evaluate(checkpoint: "last", precision: .bfloat16, logger: silentLogger)
      #expect(bfloat16.notes == results.notes + ["evaluated with activations of bfloat16"])
      #expect(bytes(run.folder.features("synthetic")) != inFloat32)
      #expect(try run.rehearse().loss.isFinite)
    }
  }

  @Test("a rehearsal counts, measures and writes nothing")
  func rehearsal() throws {
    try withTemporaryFolder { out in
      let rehearsal = try TinyExperiment(out: out).run("stages.0.epochs=1000").rehearse()
      #expect(rehearsal.imageCount == 50)
      #expect(rehearsal.imagesPerSecond > 0)
      #expect(rehearsal.peakTensorBytes > 1_000_000)
      #expect(rehearsal.loss > 0)
      let expected = 50_000 / rehearsal.imagesPerSecond
      #expect(abs(rehearsal.trainingSeconds - expected) < 1e-9 * expected)
      let written = try files(below: out)
      #expect(written.isEmpty)
    }
  }

  @Test("a rehearsal counts trials, and epochs that end with the outliers beside them")
  func rehearsedImages() throws {
    try withTemporaryFolder { out in
      let outliers = "data.oodValidation={set: synthetic-gradients, count: 25}"
      let search = "method: {unleashingMask: {floor: {chosen: {losses: [1, 2, 3], epochs: 4}}}}"
      let trials = try TinyExperiment(out: out).run(
        outliers, "stages=[{epochs: 6, batchSize: 16, \(search)}]"
      ).rehearse()
      // Fifty pictures in six epochs of the stage and three trials of four.
      expectClose(
        [trials.trainingSeconds * trials.imagesPerSecond], [50 * (6 + 3 * 4)], relative: 1e-9, absolute: 0)
      let paired = try TinyExperiment(out: out).run(
        "data.auxiliary={set: synthetic-noise, split: train, count: 16, ratio: 0.5, pairing: zip}",
        "stages=[{epochs: 10, batchSize: 16, method: outlierExposure}, {name: alone, epochs: 3, batchSize: 16}]"
      ).rehearse()
      // Sixteen outliers are two batches of eight, beside 32 pictures.
      expectClose(
        [paired.trainingSeconds * paired.imagesPerSecond], [10 * 32 + 3 * 50], relative: 1e-9, absolute: 0)
    }
  }

  /// The JSON object in a file.
  private func object(_ path: String) throws -> [String: Any] {
    let data = try #require(bytes(path))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }
}

/// Where runs keep weights.
enum CheckpointPath {
  static func last(of run: Run) -> String { "\(run.folder.checkpoints)/last.safetensors" }
}
