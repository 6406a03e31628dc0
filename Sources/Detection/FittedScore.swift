/// A score that has been fitted and can be applied to any number of tables.
public struct FittedScore: Sendable {
  /// Which score, with which settings.
  public let choice: ScoreChoice

  /// What a reader of the results must know about the fitting, in sentences; usually nothing.
  public let notes: [String]

  private let apply: @Sendable (FeatureTable) throws -> [Double]

  /// Fits `score`; throws `ScoreError` if a table it must be fitted on is missing.
  package init<Score: OODScore>(_ choice: ScoreChoice, _ score: Score, on tables: FittingTables) throws {
    var tables = tables
    var notes: [String] = []
    if Score.needs.contains(.fittingBank), tables.bank == nil {
      throw ScoreError(
        score: choice.description, problem: "it must be fitted on training images, and there are none")
    }
    if Score.needs.contains(.validation), tables.validation == nil {
      guard let bank = tables.bank else {
        throw ScoreError(
          score: choice.description,
          problem: "it must be fitted on validation or training images, and there are none")
      }
      tables = FittingTables(bank: bank, validation: bank)
      notes.append("\(choice): there is no validation table, the training images serve instead")
    }
    let fit = try score.fit(on: tables)
    self.choice = choice
    self.notes = notes
    apply = { table in
      try Self.check(table, for: choice, needs: Score.needs)
      return try score.scores(of: table, fit)
    }
  }

  /// One number per image, larger is more in-distribution; throws `ScoreError` if the table lacks what the
  /// score needs.
  public func scores(of table: FeatureTable) throws -> [Double] { try apply(table) }

  private static func check(_ table: FeatureTable, for choice: ScoreChoice, needs: [Ingredient]) throws {
    for ingredient in needs {
      let isThere =
        switch ingredient {
        case .logits: table.logits != nil
        case .features: table.features != nil
        case .head: table.head != nil
        case .groups: table.groups != nil
        case .fittingBank, .validation: true
        }
      guard isThere else {
        let wanted = ingredient == .head ? "the classifier's weight and bias" : ingredient.rawValue
        throw ScoreError(
          score: choice.description,
          problem: "it needs \(wanted), which the table \(table.name) does not have")
      }
    }
  }
}
