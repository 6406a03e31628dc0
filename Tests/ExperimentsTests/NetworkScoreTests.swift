import Archives
import Detection
import Experiments
import Foundation
import TestSupport
import Testing

@Suite("Scores of a run that look at training images, layers and gradients")
struct NetworkScoreTests {
  /// A run of seconds with outliers to choose settings by.
  private func run(_ out: String, _ scores: String) throws -> Run {
    try TinyExperiment(out: out).run(
      "evaluate.scores=\(scores)", "data.oodValidation={set: synthetic-noise, split: train, count: 15}")
  }

  @Test("Every score but that of groups is evaluated, and training images and tables are kept")
  func allScores() throws {
    try withTemporaryFolder { out in
      let scores = ScoreChoice.allNames.filter { !["mos", "knn", "mahalanobis"].contains($0) }
      let run = try run(
        out,
        "[\(scores.joined(separator: ", ")), {knn: {k: [1, 5]}}, {mahalanobis: {layers: all, epsilon: 0.001}}]"
      )
      let results = try run.complete().results
      let names = Set(scores + ["knn:k=1/5", "mahalanobis:layers=all,epsilon=0.001"])
      #expect(Set(results.detection.scores.keys) == names)
      #expect(Set(results.costs.keys) == names)
      #expect(results.costs["odin"].map { $0.millisecondsPerImage > 0 } == true)
      #expect(results.searches.keys.sorted() == ["knn:k=1/5"])
      #expect(results.searches["knn:k=1/5"]?.outliers == "oodValidation")
      for score in results.detection.scores.values { #expect((0...1).contains(score.average.auroc)) }

      let bank = try FeatureTable(contentsOf: run.folder.features("train"))
      #expect(bank.count == 50)
      #expect(bank.layerFeatures.map(\.layer).sorted() == ["layer1", "layer2", "layer3", "stem"])
      #expect(try FeatureTable(contentsOf: run.folder.features("oodValidation")).count == 15)
      let decoded = try JSONDecoder().decode(RunResults.self, from: #require(bytes(run.folder.results)))
      #expect(try decoded.json() == results.json())
    }
  }

  @Test("Tables of unchanged weights are read again, others are made anew")
  func reuse() throws {
    try withTemporaryFolder { out in
      let run = try run(out, "[knn: {k: [1, 5]}]")
      let before = try run.complete().results
      let path = run.folder.features("train")
      let made = try modified(path)
      // A mark that a table made anew would not have.
      let kept = try SafeTensorsFile(path)
      var table = try FeatureTable(contentsOf: path)
      table = try FeatureTable(
        name: "train",
        features: table.features.map {
          Matrix(rowCount: 50, columnCount: 64, values: $0.values.map { $0 + 1 })
        },
        logits: table.logits, labels: table.labels, head: table.head)
      try table.write(to: path, metadata: kept.metadata)
      let again = try Run(in: run.folder, store: drawnOnly)
      let marked = try again.evaluate(checkpoint: "last", logger: silentLogger)
      #expect(marked.detection != before.detection)

      // Other weights: every table is another.
      var file = try Data(contentsOf: URL(fileURLWithPath: run.folder.checkpoints + "/last.safetensors"))
      file[file.count - 3] ^= 1
      let other = "\(out)/other.safetensors"
      try file.write(to: URL(fileURLWithPath: other))
      _ = try again.evaluate(checkpoint: other, logger: silentLogger)
      #expect(try SafeTensorsFile(path).metadata["weights"] != kept.metadata["weights"])
      let last = try again.evaluate(checkpoint: "last", logger: silentLogger)
      #expect(last.detection == before.detection)
      #expect(try modified(path) != made)

      // Layers that nobody asked for before.
      let layers = try Run(
        in: run.folder, store: drawnOnly,
        overrides: ["evaluate.scores=[{mahalanobis: {layers: all, combine: sum, epsilon: [0, 0.001]}}]"])
      _ = try layers.evaluate(checkpoint: "last", logger: silentLogger)
      #expect(try FeatureTable(contentsOf: path).layerFeatures.count == 4)
    }
  }

  private func modified(_ path: String) throws -> Date? {
    try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
  }

  @Test("A search is written in recipes as a list or by its own grid, and survives the resolved recipe")
  func recipes() throws {
    func scores(_ text: String) throws -> [String] {
      let recipe = try TinyExperiment.recipe(
        "data.oodValidation=synthetic-noise", "evaluate.scores=\(text)")
      let again = try Recipe(RecipeSource(file: "resolved.yaml", text: recipe.resolved.yaml))
      #expect(again.evaluate.scores == recipe.evaluate.scores)
      #expect(again.resolved == recipe.resolved && again.hash == recipe.hash)
      return recipe.evaluate.scores.map(\.description)
    }
    #expect(try scores("[knn: {k: [5, 10]}]") == ["knn:k=5/10"])
    #expect(try scores("[knn: {k: [5]}]") == ["knn:k=5"])
    #expect(try scores("[knn: {search: true}]") == ["knn:k=50/100/200/500/1000"])
    #expect(
      try scores("[odin: {search: true, scale: false, T: [1, 2]}]")
        == ["odin:scale=false,T=1/2,epsilon=0.0014/0.0028"])
    #expect(try scores("[energy: {T: [1, 2]}, vim: {dimension: 4}]") == ["energy:T=1/2", "vim:dimension=4"])
  }

  @Test("Searches without images to choose by, and images without a search, are refused early")
  func refusals() throws {
    let lonely = complaint { _ = try TinyExperiment.recipe("evaluate.scores=[knn: {k: [5, 10]}]") }
    #expect(
      lonely.contains("a score's settings are searched, which needs data.validation and data.oodValidation"))
    let fixed = complaint {
      _ = try TinyExperiment.recipe(
        "data.oodValidation=synthetic-noise", "evaluate.scores=[knn: {k: 7, search: true}]")
    }
    #expect(
      fixed.contains("evaluate.scores.0.knn.k: is searched with search: true; leave it out or give a list"))
    try withTemporaryFolder { out in
      #expect(
        complaint { _ = try run(out, "[knn]") }
          == "data.oodValidation: no score of this recipe searches its settings, and no stage chooses by outliers; leave it out"
      )
      #expect(
        complaint { _ = try TinyExperiment(out: out).run("evaluate.scores=[msp, mos]") }
          == "evaluate.scores: mos is for a softmax per group, and plain trains none, as stage train leaves it"
      )
    }
  }
}
