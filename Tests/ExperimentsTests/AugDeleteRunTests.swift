import Archives
import Detection
import Experiments
import Foundation
import Images
import Kernels
import Networks
import Tensors
import TestSupport
import Testing
import Training

@Suite("AugDelete from a recipe")
struct AugDeleteRunTests {
  private static let text = """
    name: refit
    data:
      train: {set: synthetic, count: 80}
      test: {set: synthetic, count: 40}
      near: [{set: synthetic-unseen, count: 30}]
      far: [{set: synthetic-noise, count: 20}]
    network: resnet8
    stages:
      - name: augdelete
        method: augDelete
        epochs: 2
        batchSize: 16
        optimizer: {sgd: {learningRate: 0.1, decays: matrices}}
    evaluate: {scores: [msp, mls, {energy: {T: 2}}, {knn: {k: 5}}]}
    """

  private func recipe(_ overrides: String...) throws -> Recipe {
    try Recipe(RecipeSource(file: "refit.yaml", text: Self.text, overrides: overrides))
  }

  /// The figures of a file of JSON.
  private func figures(_ path: String) throws -> JSON {
    try JSON(parsing: Data(contentsOf: URL(fileURLWithPath: path)))
  }

  @Test("A trained network is refitted: before and after are told, KNN is the same in every figure")
  func refit() throws {
    try withTemporaryFolder { out in
      let trained = try TinyExperiment(out: out).run()
      try trained.complete()
      let weights = CheckpointFolder(path: trained.folder.checkpoints).weights(CheckpointFolder.last)
      // The same pictures, so that they are normalised alike.
      let run = try Run(
        recipe("stages.0.from=\(weights)", "data.train.count=60", "data.validation={fraction: 0.2}"),
        store: drawnOnly, out: out)
      let results = try run.complete().results
      let before = try #require(results.before)
      #expect(before.detection.scores.keys.sorted() == results.detection.scores.keys.sorted())
      #expect(before.detection.scores["knn:k=5"] == results.detection.scores["knn:k=5"])
      #expect(before.detection.scores["mls"] != results.detection.scores["mls"])
      #expect(before.weightNorm > 0 && before.weightNorm != before.weightNormAfter)

      // What is told of before is what the trained network has.
      let plain = try Run(
        in: trained.folder, store: drawnOnly,
        overrides: ["evaluate.scores=[msp, mls, {energy: {T: 2}}, {knn: {k: 5}}]", "evaluate.verdict=msp"])
      let earlier = try plain.evaluate(checkpoint: CheckpointFolder.last, logger: silentLogger)
      for (name, score) in earlier.detection.scores {
        let told = try #require(before.detection.scores[name])
        #expect(abs(told.average.auroc - score.average.auroc) < 1e-3, "\(name)")
      }
      #expect(abs(before.detection.accuracy - earlier.detection.accuracy) < 1e-9)

      // Evaluated again, all of it is the same; the file reads back.
      let again = try Run(in: run.folder, store: drawnOnly)
        .evaluate(checkpoint: CheckpointFolder.last, logger: silentLogger)
      #expect(again.before == results.before && again.detection == results.detection)
      #expect(try RunResults(contentsOf: run.folder.results).before == results.before)
    }
  }

  @Test("Without weights there is nothing to refit")
  func fresh() throws {
    try withTemporaryFolder { out in
      let run = try Run(recipe(), store: drawnOnly, out: out)
      let problem = complaint { _ = try run.complete() }
      #expect(problem.hasPrefix("stages.0.from: augDelete goes on from a trained network"))
      #expect(!run.folder.isTaken)
    }
  }

  @Test("Analyses answer with figures and pictures, and leave network and scores as they are")
  func analyses() throws {
    try withTemporaryFolder { out in
      let trained = try TinyExperiment(out: out).run()
      let plain = try trained.complete().results
      #expect(plain.analyses.isEmpty && plain.before == nil)
      let asked =
        "analyses=[{augDelete: {epochs: 2, batchSize: 16}}, {fractionCurve: {epochs: 2, batchSize: 16, "
        + "fractions: [0, 0.5, 1]}}, {mixedSamples: {shares: [0, 0.5]}}, "
        + "{relativeDecrement: {reference: \(trained.folder.path)}}]"
      let run = try Run(in: trained.folder, store: drawnOnly, overrides: [asked])
      let results = try run.evaluate(checkpoint: CheckpointFolder.last, logger: silentLogger)
      #expect(results.detection == plain.detection)
      #expect(
        results.analyses.keys.sorted() == ["augDelete", "fractionCurve", "mixedSamples", "relativeDecrement"])
      for name in results.analyses.keys {
        #expect(bytes("\(run.folder.analyses)/\(name).svg") != nil, "\(name)")
        #expect(bytes("\(run.folder.analyses)/\(name).json") != nil, "\(name)")
      }
      func figure(_ path: String) -> Double {
        let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
        return results.analyses[parts[0]]?[parts[1]]?.value ?? .nan
      }
      // Of itself as the reference nothing falls.
      #expect(figure("relativeDecrement.inliers") == 0 && figure("relativeDecrement.far.ofMeans") == 0)
      // Pictures mixed with nothing are the pictures.
      #expect(figure("mixedSamples.points.0.inliersFromMixtures") == 0.5)
      #expect(
        abs(
          figure("mixedSamples.points.0.mixturesFromOutliers")
            - (plain.detection.scores["mls"]?.average.auroc ?? .nan)) < 1e-9)
      // The curve begins with the network as it is and ends with AugDelete on everything.
      #expect(
        figure("fractionCurve.points.0.scores.mls.average.auroc")
          == figure("augDelete.before.scores.mls.average.auroc"))
      #expect(
        figure("fractionCurve.points.2.scores.mls.average.auroc")
          == figure("augDelete.after.scores.mls.average.auroc"))
      #expect(figure("augDelete.after.weightNorm") != figure("augDelete.before.weightNorm"))
      let file = try figures("\(run.folder.analyses)/augDelete.json")
      #expect(file["before"]["accuracy"].double == plain.detection.accuracy)
      #expect(try RunResults(contentsOf: run.folder.results).analyses == results.analyses)
    }
  }

  @Test("What AugDelete as an analysis finds is what it does as a stage")
  func analysisIsStage() throws {
    try withTemporaryFolder { out in
      let trained = try TinyExperiment(out: out).run()
      try trained.complete()
      let weights = CheckpointFolder(path: trained.folder.checkpoints).weights(CheckpointFolder.last)
      let stage = try Run(
        recipe(
          "stages.0.from=\(weights)", "data.train.count=60", "data.validation={fraction: 0.2}",
          "stages.0.schedule=cosine"), store: drawnOnly, out: out
      ).complete().results
      let run = try Run(
        in: trained.folder, store: drawnOnly,
        overrides: ["analyses=[{augDelete: {epochs: 2, batchSize: 16}}]"])
      let analysis = try run.evaluate(checkpoint: CheckpointFolder.last, logger: silentLogger)
      let found = analysis.analyses["augDelete"]?["after.scores.mls.average.auroc"]?.value ?? .nan
      #expect(abs(found - (stage.detection.scores["mls"]?.average.auroc ?? .nan)) < 1e-3)
    }
  }

  @Test("A torchvision .pth is refitted on a folder of photographs by the shipped recipe")
  func photographs() throws {
    let golden = try Golden("torchvision_resnet18", in: .module)["resnet18"]
    try withTemporaryFolder { folder in
      let weights = "\(folder)/mushrooms.pth"
      try #require(Data(base64Encoded: golden["inputs"]["base64"].string))
        .write(to: URL(fileURLWithPath: weights))
      try writePhotographs(
        to: "\(folder)/photos", ["agaric": 15, "bolete": 15, "chanterelle": 15], height: 40, width: 48)
      try writePhotographs(to: "\(folder)/everything-else", ["leaf": 12], height: 36, width: 36)
      let recipe = try Recipe(
        path: "\(recipesFolder)/augdelete/photographs.yaml",
        overrides: [
          "stages.0.from=\(weights)", "data.train.path=\(folder)/photos",
          "data.far=[{path: \(folder)/everything-else}]", "data.size.size=32",
          "network={resnet18: {stem: imagenet, width: 2}}", "stages.0.epochs=3", "stages.0.batchSize=8",
          "evaluate.scores=[msp, mls, energy, {knn: {k: 3}}]",
        ])
      let run = try Run(recipe, store: drawnOnly, out: "\(folder)/runs")
      let results = try run.complete().results
      let before = try #require(results.before)
      #expect(abs(before.weightNorm - golden["outputs"]["meanWeightNorm"].double) < 1e-6)
      #expect(before.weightNormAfter != before.weightNorm && results.detection.inlierCount == 9)
      #expect(before.detection.scores["knn:k=3"]?.sets == results.detection.scores["knn:k=3"]?.sets)
      #expect(before.detection.scores["mls"] != results.detection.scores["mls"])
      let last = try SafeTensorsFile(
        CheckpointFolder(path: run.folder.checkpoints).weights(CheckpointFolder.last))
      let first = try last.floats(of: "conv1.weight")[..<4].map(Double.init)
      expectClose(first, golden["outputs"]["conv1"].flat, relative: 1e-6, absolute: 0, "conv1")
      let log = try String(contentsOfFile: run.folder.path + "/log.jsonl", encoding: .utf8)
      #expect(log.split(separator: "\n").count == 3)
    }
  }
}
