import Archives
import Experiments
import Foundation
import TestSupport
import Testing
import Training

@Suite("Runs that cannot begin")
struct RunRefusalTests {
  @Test("weights that cannot be read leave nothing behind")
  func nothingLeft() throws {
    try withTemporaryFolder { out in
      let weights = "\(out)/none.safetensors"
      let run = try TinyExperiment(out: "\(out)/runs").run("stages.0.from=\(weights)")
      #expect(complaint { try run.complete() } == "\(weights): no such file")
      #expect(!FileManager.default.fileExists(atPath: "\(out)/runs/tiny"))
    }
  }

  @Test("a run that cannot begin leaves the earlier one where it was")
  func earlier() throws {
    try withTemporaryFolder { out in
      let weights = "\(out)/weights.safetensors"
      let first = try TinyExperiment(out: out).run()
      try first.complete()
      try FileManager.default.copyItem(atPath: CheckpointPath.last(of: first), toPath: weights)
      let run = try TinyExperiment(out: out).run("stages.0.from=\(weights)")
      try run.complete()
      let before = try files(below: run.folder.path)
      try FileManager.default.removeItem(atPath: weights)
      #expect(throws: FileError(weights, "no such file")) { try run.complete() }
      #expect(try files(below: run.folder.path) == before)
      #expect(!FileManager.default.fileExists(atPath: "\(run.folder.path).earlier1"))
    }
  }

  @Test("what a later stage cannot do without is missed before the first one trains")
  func laterStage() throws {
    try withTemporaryFolder { out in
      let experiment = TinyExperiment(out: "\(out)/runs")
      for method in ["outlierExposure", "bel", "energyBounded", "oecc", "pascl", "poem"] {
        #expect(
          complaint { _ = try experiment.run("stages=[{epochs: 1}, {epochs: 1, method: \(method)}]") }
            == "method \(method) trains on outliers, but the recipe has no data.auxiliary")
      }
      // RNA's term for pictures alone needs none.
      #expect(throws: Never.self) {
        _ = try experiment.run("stages=[{epochs: 1, method: {rna: {terms: amplification}}}]")
      }
      #expect(!FileManager.default.fileExists(atPath: "\(out)/runs"))
    }
  }

  @Test(
    "an analysis that fits the last layer anew is refused where the last stage trains masks",
    arguments: ["augDelete", "fractionCurve"])
  func maskedLastLayer(analysis: String) throws {
    try withTemporaryFolder { out in
      let experiment = TinyExperiment(out: "\(out)/runs")
      let stages = "stages=[{epochs: 1}, {name: tuned, epochs: 1, method: umap}]"
      #expect(
        complaint { _ = try experiment.run(stages, "analyses=[\(analysis)]") }
          == "analyses: \(analysis) fits the last layer anew, but stage tuned trains masks, not weights; make the analysis "
          + "of the run that it begins from")
      #expect(throws: Never.self) {
        _ = try experiment.run("stages=[{epochs: 1, method: umap}, {epochs: 1}]", "analyses=[\(analysis)]")
      }
    }
  }

  @Test("a name that the catalogue does not have is told with its key before anything is opened")
  func names() throws {
    try withTemporaryFolder { out in
      #expect(
        complaint { _ = try TinyExperiment(out: out).run("data.near=[synthetic-unseen, thongs]") }
          == "data.near.1: there is no data set called 'thongs' (there is none)")
    }
  }

  @Test("the recipes that ship name sets and splits that the catalogue has")
  func shippedRecipes() throws {
    let store = DataStore(
      catalogue: try CatalogueFile.read("\(packageFolder)/Data/catalogue.yaml"), directories: [])
    for entry in try RecipeLibrary(folder: recipesFolder).recipes {
      #expect(throws: Never.self, "\(entry.path)") { try Recipe(path: entry.path).checkPlan(store) }
    }
  }

  @Test("a folder that cannot be made is told by the one that stands in the way")
  func folder() throws {
    try withTemporaryFolder { out in
      try Data().write(to: URL(fileURLWithPath: "\(out)/runs"))
      #expect(
        complaint { try TinyExperiment(out: "\(out)/runs").run().complete() }
          == "\(out)/runs: cannot be created as a folder: there is a file of that name")
    }
  }

  @Test("pictures are judged by the score that a later evaluation chose")
  func verdict() throws {
    try withTemporaryFolder { out in
      let run = try TinyExperiment(out: out).run("evaluate.scores=[msp]")
      try run.complete()
      _ = try Run(
        in: run.folder, store: drawnOnly, overrides: ["evaluate.scores=[{energy: {T: 2}}]"]
      ).evaluate(checkpoint: "last", logger: silentLogger)
      let predictor = try Predictor(run: run.folder, store: drawnOnly)
      #expect(predictor.score == "energy:T=2")
      #expect(predictor.threshold != nil)
    }
  }
}
