import Detection
import Experiments
import Foundation
import TestSupport
import Testing

/// What a run tells beyond scores where classes have different numbers of pictures.
@Suite("Runs on a long tail")
struct LongTailRunTests {
  private static let overrides = [
    "data.train={set: synthetic, count: 300, longTail: 15}",
    "data.validation={set: synthetic, split: test, count: 20}",
    "data.auxiliary={set: synthetic-textures, count: 40}", "stages.0.method=rna", "evaluate.scores=[rn, msp]",
    "evaluate.representation=true",
  ]

  private func run(in out: String, _ more: String...) throws -> Run {
    let recipe = try Recipe(
      RecipeSource(file: "tiny.yaml", text: TinyExperiment.text, overrides: Self.overrides + more))
    return try Run(recipe, store: drawnOnly, out: out)
  }

  @Test("Results have accuracy and false positives by class and group, norms, activity and their plot")
  func results() throws {
    try withTemporaryFolder { out in
      let run = try run(in: out)
      let results = try run.complete().results
      let longTail = try #require(results.detection.longTail)
      #expect(longTail.trainingCounts.first == 30 && longTail.trainingCounts.last == 2)
      #expect(longTail.groups.filter { $0 == .many }.count == 3)
      #expect(longTail.groups.filter { $0 == .few }.count == 3)
      #expect(longTail.classAccuracy.count == 10)
      // The test set has as many pictures of each class.
      #expect(abs(longTail.accuracy.all - results.detection.accuracy) < 1e-12)
      let accuracy = longTail.accuracy
      #expect(abs(0.3 * accuracy.many + 0.4 * accuracy.medium + 0.3 * accuracy.few - accuracy.all) < 1e-12)
      #expect(longTail.falsePositiveRates.keys.sorted() == ["msp", "rn"])
      for (score, sets) in longTail.falsePositiveRates {
        #expect(sets.keys.sorted() == ["synthetic-noise", "synthetic-unseen"])
        for (set, rates) in sets {
          let pooled = try #require(results.detection.scores[score]?.sets[set]).fpr95OOD
          #expect(abs(rates.groups.all - pooled) < 1e-12, "\(score), \(set)")
        }
      }
      #expect((0...1).contains(longTail.outlierConfidence["synthetic-noise"] ?? -1))

      let representation = try #require(results.representation).sets
      #expect(representation.keys.sorted() == ["synthetic", "synthetic-noise", "synthetic-unseen"])
      for (name, figures) in representation {
        #expect(figures.norm > 0 && (0...1).contains(figures.activation), "\(name)")
        #expect((figures.normalizationGap ?? -1) > 0 && (figures.gapRatio == nil) == (name == "synthetic"))
      }
      // How much further the known pictures lie from the estimates than the unknown ones.
      let gap = try #require(representation["synthetic"]?.normalizationGap)
      let noise = try #require(representation["synthetic-noise"])
      #expect(abs((noise.gapRatio ?? 0) - gap / (noise.normalizationGap ?? .nan)) < 1e-9)
      let table = try FeatureTable(contentsOf: run.folder.features("synthetic"), name: "synthetic")
      let norm = try FeatureActivation(of: table).norm.mean
      #expect(abs((representation["synthetic"]?.norm ?? 0) - norm) < 1e-9)
      let plot = try String(contentsOfFile: run.folder.normHistogram, encoding: .utf8)
      #expect(plot.contains("synthetic-unseen") && plot.hasPrefix("<"))

      let kept = try String(contentsOfFile: run.folder.results, encoding: .utf8)
      let read = try RunResults(contentsOf: run.folder.results)
      #expect(read.detection == results.detection && read.representation?.sets == representation)
      let again = try Run(in: RunFolder(path: run.folder.path), store: drawnOnly)
      _ = try again.evaluate(checkpoint: "last", logger: silentLogger)
      #expect(try String(contentsOfFile: run.folder.results, encoding: .utf8) == kept)
    }
  }

  @Test("Where classes are balanced and nobody asks, results have neither")
  func balanced() throws {
    try withTemporaryFolder { out in
      let run = try run(in: out, "data.train={set: synthetic, count: 60}", "evaluate.representation=false")
      let results = try run.complete().results
      #expect(results.detection.longTail == nil && results.representation == nil)
      #expect(!FileManager.default.fileExists(atPath: run.folder.normHistogram))
    }
  }
}
