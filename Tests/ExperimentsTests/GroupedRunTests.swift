import Archives
import Detection
import Experiments
import Foundation
import Images
import Networks
import TestSupport
import Testing

/// Whole runs of methods whose classifier is no plain softmax.
@Suite("Runs with groups, and without a classifier")
struct GroupedRunTests {
  private static let mos = [
    "stages.0.method={mos: {grouping: {random: {count: 3}}}}", "evaluate.scores=[mos, knn: {k: 3}]",
  ]

  private func writePicture(_ path: String) throws {
    let set = SyntheticSet.make(.forms, split: .test, count: 1, seed: 0)
    try Data(set.picture(0).pngData()).write(to: URL(fileURLWithPath: path))
  }

  private func run(_ out: String, _ overrides: [String]) throws -> Run {
    let recipe = try Recipe(
      RecipeSource(file: "tiny.yaml", text: TinyExperiment.text, overrides: overrides))
    return try Run(recipe, store: drawnOnly, out: out)
  }

  @Test("A run trains groups, measures them, measures them again the same, and judges pictures by them")
  func groups() throws {
    try withTemporaryFolder { out in
      let run = try run(out, Self.mos)
      let results = try run.complete().results
      #expect(results.detection.accuracy.isFinite)
      #expect(results.detection.expectedCalibrationError.isFinite)
      let others = try #require(results.othersProbability)
      #expect(Set(others.keys) == ["synthetic", "synthetic-unseen", "synthetic-noise"])
      #expect(others.values.allSatisfy { $0.groups.count == 3 && (0...1).contains($0.smallest) })
      let again = try Run(in: run.folder, store: drawnOnly).evaluate(checkpoint: "last", logger: silentLogger)
      #expect(again.detection == results.detection && again.othersProbability == others)
      let read = try RunResults(contentsOf: run.folder.results)
      #expect(read.othersProbability == others)

      let table = try FeatureTable(contentsOf: run.folder.features("synthetic"))
      #expect(table.groups?.reduce(0, +) == 10 && table.logits?.columnCount == 13)
      #expect(try Accuracy(of: table).fraction == results.detection.accuracy)
      let head = try #require(table.head)
      let same = try table.classified(by: head)
      #expect(same.groups == table.groups)
      #expect(try Accuracy(of: same).fraction == results.detection.accuracy)

      let weights = run.folder.checkpoints + "/last.safetensors"
      let listing = try WeightsListing(NamedWeights(WeightsFile.open(weights)))
      #expect(listing.classCount == 10 && listing.groupCount == 3 && listing.logitCount == 13)

      let picture = out + "/picture.png"
      try writePicture(picture)
      for predictor in [
        try Predictor(run: run.folder, store: drawnOnly),
        try Predictor(
          recipe: Recipe(path: run.folder.recipe),
          weights: weights, store: drawnOnly),
      ] {
        let prediction = try #require(try predictor.report(on: [picture], top: 10).images.first)
        #expect(prediction.logits.count == 13 && prediction.candidates.count == 10)
        #expect((0..<10).contains(prediction.candidates[0].label))
        let probabilities = prediction.candidates.map(\.probability)
        #expect(probabilities == probabilities.sorted(by: >) && (0...1).contains(probabilities[0]))
      }
    }
  }

  @Test("Without a classifier there is no accuracy, and pictures have a score but no class")
  func withoutClassifier() throws {
    try withTemporaryFolder { out in
      let run = try run(
        out, ["stages.0.method={npos: {width: 8}}", "evaluate.scores=[rn, knn: {k: 3}]"])
      let results = try run.complete().results
      #expect(results.detection.accuracy.isNaN && results.detection.expectedCalibrationError.isNaN)
      #expect(results.othersProbability == nil)
      #expect(try results.json().contains("\"accuracy\" : null"))
      let picture = out + "/picture.png"
      try writePicture(picture)
      let report = try Predictor(run: run.folder, store: drawnOnly).report(on: [picture])
      let prediction = try #require(report.images.first)
      #expect(prediction.candidates.isEmpty && prediction.verdict != nil && prediction.logits.isEmpty)
      let json = String(decoding: try JSONEncoder().encode(prediction), as: UTF8.self)
      #expect(json.contains("\"class\":null"))
    }
  }

  @Test("Scores that cannot be told of the classifier are refused before training")
  func refusals() throws {
    try withTemporaryFolder { out in
      #expect(
        complaint { _ = try run(out, [Self.mos[0]]) }
          == "evaluate.scores: msp needs one logit a class, and mos trains a softmax per group, as stage train leaves it"
      )
      #expect(
        complaint { _ = try run(out, ["stages.0.method=npos"]) }
          == "evaluate.scores: msp needs a classifier, and npos trains none, as stage train leaves it")
      #expect(
        complaint {
          _ = try run(out, ["stages.0.method={mos: {grouping: flat}}", "evaluate.scores=[mos]"])
        } == "evaluate.scores: mos is for a softmax per group, and mos trains none, as stage train leaves it")
      #expect(
        complaint { _ = try run(out, ["stages.0.method=mos", "evaluate.scores=[mos]"]).complete() }
          .hasPrefix("method mos: the catalogue has no groups of the classes of synthetic"))
    }
  }
}
