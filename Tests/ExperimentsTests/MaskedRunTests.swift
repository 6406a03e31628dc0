import Archives
import Detection
import Experiments
import Foundation
import Images
import Networks
import TestSupport
import Testing
import Training

/// Whole runs whose network has learned masks: classes are told without them, outliers with them.
@Suite("Runs with learned masks")
struct MaskedRunTests {
  private func run(_ out: String, _ overrides: [String]) throws -> Run {
    let recipe = try Recipe(
      RecipeSource(
        file: "tiny.yaml", text: TinyExperiment.text.replacing("count: 60", with: "count: 60, longTail: 6"),
        overrides: [
          "network={resnet8: {width: 4, normAffine: none}}", "evaluate.every=1",
          "evaluate.scores=[energy, msp, react, {knn: {k: 3}}]", "data.train.count=180",
          "data.normalize=cifar10",
        ] + overrides))
    return try Run(recipe, store: drawnOnly, out: out)
  }

  private func last(_ run: Run) -> String { run.folder.checkpoints + "/last.safetensors" }

  private static let umap = [
    "name=umap", "stages.0.method={umap: {kept: 0.5, floor: {at: {loss: 1}}}}", "stages.0.epochs=2",
  ]

  @Test("Accuracy, calibration and figures by class are the pretrained network's, scores the masked one's")
  func results() throws {
    try withTemporaryFolder { out in
      let plain = try run(out, ["stages.0.epochs=6"])
      let before = try plain.complete().results.detection
      #expect(before.maskedAccuracy == nil && before.longTail != nil)
      let masked = try run(out, Self.umap + ["stages.0.from=\(last(plain))"])
      let results = try masked.complete().results
      let after = results.detection
      // Taking the masks away gives the network that was there before, to the bit.
      #expect(after.accuracy == before.accuracy)
      #expect(after.expectedCalibrationError == before.expectedCalibrationError)
      #expect(after.longTail?.classAccuracy == before.longTail?.classAccuracy)
      #expect(after.longTail?.accuracy == before.longTail?.accuracy)
      let table = try FeatureTable(contentsOf: masked.folder.features("synthetic"))
      #expect(after.maskedAccuracy == (try Accuracy(of: table).fraction))
      #expect(after.scores["energy"] != before.scores["energy"])
      // The last layer of the table is that which made its logits.
      let (features, head) = (try #require(table.features), try #require(table.head))
      let logits = try #require(table.logits)
      for (one, other) in zip(head.logits(of: features).values, logits.values) {
        #expect(abs(one - other) < 1e-4 * (1 + abs(other)))
      }
      let untouched = try FeatureTable(contentsOf: plain.folder.features("synthetic"))
      #expect(try FeatureTable(contentsOf: masked.folder.features("unmasked")).logits == untouched.logits)

      // Measured again, from tables that are kept and without them, and read back.
      for keeps in [true, false] {
        if !keeps { try FileManager.default.removeItem(atPath: masked.folder.path + "/features") }
        let again = try Run(in: masked.folder, store: drawnOnly)
          .evaluate(checkpoint: CheckpointFolder.last, logger: silentLogger)
        #expect(again.detection == after)
      }
      #expect(try RunResults(contentsOf: masked.folder.results).detection == after)
      let log = try RunLog.lines(at: masked.folder.path + "/log.jsonl").compactMap(\.evaluation)
      #expect(log.count == 2 && log.allSatisfy { $0["accuracy"]?["test"]?["accuracy"] == before.accuracy })
      #expect(log.last?["accuracy"]?["test"]?["maskedAccuracy"] == after.maskedAccuracy)
      #expect(try results.json().contains("\"maskedAccuracy\""))
    }
  }

  @Test("A picture's class is the pretrained network's, its score the masked one's")
  func predictions() throws {
    try withTemporaryFolder { out in
      let plain = try run(out, ["stages.0.epochs=3"])
      try plain.complete()
      let masked = try run(out, Self.umap + ["stages.0.from=\(last(plain))"])
      try masked.complete()
      let set = SyntheticSet.make(.forms, split: .test, count: 6, seed: 1)
      let pictures = try (0..<6).map { index in
        let path = "\(out)/\(index).png"
        try Data(set.picture(index).pngData()).write(to: URL(fileURLWithPath: path))
        return path
      }
      let before = try Predictor(run: plain.folder, store: drawnOnly).report(on: pictures, top: 10).images
      let after = try Predictor(run: masked.folder, store: drawnOnly).report(on: pictures, top: 10).images
      #expect(before.map(\.candidates) == after.map(\.candidates))
      #expect(before.map(\.logits) == after.map(\.logits))
      #expect(zip(before, after).allSatisfy { $0.score != $1.score })
      // So too by a file of weights; and a file without masks is judged as it is.
      let recipe = try Recipe(path: masked.folder.recipe)
      let file = try Predictor(recipe: recipe, weights: last(masked), store: drawnOnly)
      #expect(try file.report(on: pictures, top: 10).images.map(\.score) == after.map(\.score))
      let old = try Predictor(recipe: recipe, weights: last(plain), store: drawnOnly)
      #expect(try old.report(on: pictures, top: 10).images.map(\.score) == before.map(\.score))
      // Weights from before the masks can be evaluated in the same run.
      let results = try Run(in: masked.folder, store: drawnOnly)
        .evaluate(checkpoint: last(plain), logger: silentLogger)
      #expect(results.detection.maskedAccuracy == nil)
      // What is exported is the network without masks.
      let exports = try [plain, masked].map { run in
        try NetworkExport(run: run.folder, checkpoint: CheckpointFolder.last, store: drawnOnly)
          .graph(normalizes: false, folds: true)
      }
      #expect(exports[0].nodes == exports[1].nodes && exports[0].constants == exports[1].constants)
    }
  }

  @Test("Outliers train masks from a recipe, and a floor goes from stage to stage")
  func outliers() throws {
    try withTemporaryFolder { out in
      let both = try run(
        out,
        [
          "data.auxiliary={set: synthetic-noise, split: train, count: 40, ratio: 0.5}",
          "stages=[{name: um, epochs: 1, batchSize: 16, method: {umap: {floor: {measured: {kept: 0.8}}}}},"
            + "{name: oe, epochs: 1, batchSize: 16, method: {umap: {floor: previous, outliers: {outlierExposure: {lambda: 0.3}}}}},"
            + "{name: poem, epochs: 1, method: {poem: {pool: 40, selected: 32, floor: previous}}, "
            + "optimizer: {sgd: {learningRate: 0.0001}}, batchSize: 32}]",
        ])
      let results = try both.complete().results
      #expect(results.detection.maskedAccuracy == nil)
      let lines = try RunLog.lines(at: both.folder.path + "/log.jsonl")
      let floors = lines.map { $0.reports?["lossFloor"] }
      #expect(floors.count == 3 && floors[0] != nil && Set(floors).count == 1)
      #expect(lines[1].reports?["loss.oe"] != nil && lines[2].reports?["loss.hingeOut"] != nil)
    }
  }

  @Test(
    "More than the pool cannot be chosen, a UMAP's outliers have no floor of their own, and aux must be read")
  func mistakes() throws {
    func problem(_ method: String, _ more: String...) -> String {
      complaint {
        _ = try Run(
          Recipe(
            RecipeSource(
              file: "tiny.yaml", text: TinyExperiment.text, overrides: ["stages.0.method=\(method)"] + more)),
          store: drawnOnly, out: "nowhere")
      }
    }
    #expect(
      problem("{poem: {pool: 10, selected: 11}}")
        .contains("stages.0.method.poem.selected: 11 outliers cannot be chosen from a pool of 10"))
    #expect(problem("{umap: {outliers: {poem: {floor: none}}}}").contains("unknown key"))
    #expect(problem("{umap: {outliers: bel}}").contains("poem"))
    #expect(problem("umap", "data.auxiliary=synthetic-noise").contains("no stage trains on outliers"))
    #expect(problem("{umap: {outliers: poem}}", "data.auxiliary=synthetic-noise") == "")
  }
}
