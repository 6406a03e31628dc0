import Detection
import Testing

/// Minus the distance to the mean feature of the bank: the least score that needs everything there is to fit on.
private struct DistanceScore: OODScore {
  static let name = "distance"
  static let needs: [Ingredient] = [.features, .fittingBank, .validation]
  let settings: NoSettings

  init(_ settings: NoSettings) { self.settings = settings }

  func fit(on tables: FittingTables) throws -> Float {
    let features = [tables.bank, tables.validation].compactMap { $0?.features?.values }.flatMap { $0 }
    return features.reduce(0, +) / Float(features.count)
  }

  func scores(of table: FeatureTable, _ mean: Float) throws -> [Double] {
    table.features?.mapRows { Double(-abs($0[0] - mean)) } ?? []
  }
}

struct FittingTests {
  private func table(_ features: [Float]) throws -> FeatureTable {
    try FeatureTable(
      name: "set", features: Matrix(rows: features.map { [$0] }),
      labels: [Int](repeating: -1, count: features.count))
  }

  private func fitted(_ tables: FittingTables) throws -> FittedScore {
    try FittedScore(.msp(.init()), DistanceScore(NoSettings()), on: tables)
  }

  @Test("A score is fitted on the bank and the validation images and applied to a table")
  func fitting() throws {
    let score = try fitted(FittingTables(bank: table([1, 2]), validation: table([6])))
    #expect(score.notes.isEmpty)
    #expect(try score.scores(of: table([3, 5])) == [0, -2])
  }

  @Test("Without validation images the bank serves, and a note says so")
  func bankServes() throws {
    let score = try fitted(FittingTables(bank: table([1, 3])))
    #expect(try score.scores(of: table([2])) == [0])
    #expect(score.notes == ["msp: there is no validation table, the training images serve instead"])
  }

  @Test("A missing ingredient is one clear error")
  func missing() throws {
    let noBank = #expect(throws: ScoreError.self) { try fitted(FittingTables(validation: table([1]))) }
    #expect(noBank?.description == "score msp: it must be fitted on training images, and there are none")
    let score = try fitted(FittingTables(bank: table([1])))
    let logits = try FeatureTable.ofLogits([[1]], name: "other")
    let noFeatures = #expect(throws: ScoreError.self) { try score.scores(of: logits) }
    #expect(noFeatures?.description == "score msp: it needs features, which the table other does not have")
  }
}
