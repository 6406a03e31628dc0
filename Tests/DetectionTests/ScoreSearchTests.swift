import Detection
import TestSupport
import Testing

@Suite("The search for a score's settings")
struct ScoreSearchTests {
  private let tables: ScoreTables

  init() throws { tables = try ScoreTables() }

  private var outliers: FeatureTable {
    get throws {
      try tables.query.with(features: { $0.map { 3 - $0 } }, logits: { $0.map { -$0 } }, name: "far")
    }
  }

  private func fitting() throws -> FittingTables {
    FittingTables(bank: tables.bank, validation: tables.validation, outliers: try outliers)
  }

  @Test("The candidate with the largest AUROC on validation images is taken, and gives the scores")
  func choice() throws {
    let fitted = try ScoreChoice(parsing: "knn:k=1/10/50").fitted(on: fitting())
    let outcome = try #require(fitted.search)
    #expect(outcome.candidates.map(\.score) == ["knn:k=1", "knn:k=10", "knn"])
    #expect(outcome.inliers == "validation" && outcome.outliers == "far")
    for candidate in outcome.candidates {
      let alone = try ScoreChoice(parsing: candidate.score).fitted(on: fitting())
      let metrics = try OODMetrics(
        inlierScores: try alone.scores(of: tables.validation), outlierScores: try alone.scores(of: outliers))
      #expect(metrics.auroc == candidate.auroc)
    }
    let best = try #require(outcome.candidates.max { $0.auroc < $1.auroc })
    #expect(outcome.candidates.first { $0.auroc == best.auroc }?.score == outcome.chosen)
    #expect(fitted.choice.description == outcome.chosen)
    #expect(try fitted.scores(of: tables.query) == tables.scores(outcome.chosen))
  }

  @Test("Of equal candidates the first is taken")
  func ties() throws {
    // Beyond the bank's sixty images every k is the last.
    let fitted = try ScoreChoice(parsing: "knn:k=500/200/100").fitted(on: fitting())
    #expect(fitted.choice.description == "knn:k=500")
  }

  @Test("Axes are combined, the last fastest")
  func combinations() throws {
    let search = try ScoreSearch(
      of: "odin",
      over: [.init("T", ["1", "10"]), .init("epsilon", ["0", "0.5"]), .init("scale", ["false"])])
    #expect(
      search.candidates.map(\.description) == [
        "odin:T=1,epsilon=0,scale=false", "odin:T=1,epsilon=0.5,scale=false",
        "odin:T=10,epsilon=0,scale=false",
        "odin:T=10,epsilon=0.5,scale=false",
      ])
    #expect(search.description == "odin:scale=false,T=1/10,epsilon=0/0.5")
    #expect(try ScoreChoice(parsing: search.description) == .search(search))
    #expect(ScoreChoice.search(search).ingredients == [.logits, .network, .validation])
  }

  @Test("Every grid can be read, and what it writes is read as the same search")
  func grids() throws {
    for name in ScoreChoice.allNames where !ScoreSearch.gridKeys(of: name).isEmpty {
      let search = try ScoreChoice(parsing: "\(name):search=true")
      #expect(try ScoreChoice(parsing: search.description) == search)
    }
  }

  @Test("Without images to choose by there is no search")
  func missing() throws {
    let choice = try ScoreChoice(parsing: "knn:k=1/10")
    let noOutliers = #expect(throws: ScoreError.self) {
      try choice.fitted(on: FittingTables(bank: tables.bank, validation: tables.validation))
    }
    #expect(
      noOutliers?.description
        == "score knn:k=1/10: a search needs out-of-distribution validation images, and there are none")
    let noInliers = #expect(throws: ScoreError.self) {
      try choice.fitted(on: FittingTables(bank: tables.bank, outliers: outliers))
    }
    #expect(
      noInliers?.description
        == "score knn:k=1/10: a search needs in-distribution validation images, and there are none")
  }
}
