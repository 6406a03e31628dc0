// The code that docs/add-a-score.md shows, and the tests it tells you to write. A score of the house itself
// is a file in Sources/Detection/Scores.

import Detection
import TestSupport
import Testing

/// How far the largest logit stands above the others.
///
///     S = v_k − w · mean_{c ≠ k} v_c        v: logits, k: their largest, w: weight
///
/// With one class there are no others, and the score is the logit. A toy for the documentation.
struct GapScore: OODScore {
  /// What can be set.
  struct Settings: ScoreSettings {
    /// The weight w of the others, above 0.
    var weight: Double

    /// Weight 1 unless another is given.
    init(weight: Double = 1) {
      self.weight = weight
    }

    /// Takes `w`.
    init(from arguments: inout ScoreArguments) throws {
      self.init(weight: try arguments.positiveNumber("w") ?? 1)
    }

    /// `w=2`, nothing for the default.
    var arguments: [String] {
      weight == 1 ? [] : [ScoreArguments.written("w", weight)]
    }
  }

  /// `gap`.
  static let name = "gap"

  /// The logits suffice.
  static let needs: [Ingredient] = [.logits]

  /// The weight.
  let settings: Settings

  /// The score with the weight of `settings`.
  init(_ settings: Settings = Settings()) {
    precondition(settings.weight > 0, "gap needs a weight above 0, got \(settings.weight)")
    self.settings = settings
  }

  /// The gap of each image.
  func scores(of table: FeatureTable, _ fit: NothingFitted) -> [Double] {
    table.logits?.mapRows { row in
      let largest = LogitRow(row).maximum
      let others = row.reduce(-largest) { $0 + Double($1) }
      return largest - settings.weight * others / Double(max(row.count - 1, 1))
    } ?? []
  }
}

@Suite("The score of docs/add-a-score.md")
struct ScoreWalkthroughTests {
  private func scores(_ settings: GapScore.Settings, _ rows: [[Float]]) throws -> [Double] {
    let score = GapScore(settings)
    return score.scores(of: try .ofLogits(rows), score.fit(on: FittingTables()))
  }

  @Test("The gap is the largest logit less the weighted mean of the others")
  func values() throws {
    let rows: [[Float]] = [[5, 1, 3], [-1, -1, -1], [2, 2, 8]]
    #expect(try scores(.init(), rows) == [3, 0, 6])
    #expect(try scores(.init(weight: 2), rows) == [1, 1, 4])
    #expect(try scores(.init(), [[3.25]]) == [3.25])
  }

  @Test("Images that stand out are told from images that do not")
  func separation() throws {
    var sequence = NumberSequence(5)
    func rows(_ gap: Double) -> [[Float]] {
      (0..<200).map { _ in (0..<10).map { Float(sequence.next() + ($0 == 4 ? gap : 0)) } }
    }
    let metrics = try OODMetrics(
      inlierScores: try scores(.init(), rows(2)), outlierScores: try scores(.init(), rows(0)))
    #expect(metrics.auroc > 0.99)
  }

  @Test("Only what differs from the default is written")
  func settings() {
    #expect(GapScore.Settings().arguments == [])
    #expect(GapScore.Settings(weight: 2).arguments == ["w=2"])
  }

  @Test("The page quotes this file word for word")
  func page() throws {
    let page = try DocumentationPage("docs/add-a-score.md")
    #expect(page.code(in: "swift").count >= 3)
    #expect(try page.swiftMissing(from: ["Tests/DetectionTests/ScoreWalkthroughTests.swift"]) == [])
  }
}
