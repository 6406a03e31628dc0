/// A score that has been fitted and can be applied to any number of tables.
public struct FittedScore: Sendable {
  /// Which score, with which settings; of a search, those that were chosen.
  public let choice: ScoreChoice

  /// What a reader of the results must know about the fitting, in sentences; usually nothing.
  public let notes: [String]

  /// How a search ended, if the score was searched for.
  public let search: ScoreSearchOutcome?

  private let apply: @Sendable (FeatureTable, (any ScoredImages)?) throws -> [Double]

  /// Fits `score`; throws `ScoreError` if a table it must be fitted on is missing or lacks what the score needs.
  ///
  /// `images` are those of the tables, by the tables' names, for scores that need the network.
  package init<Score: OODScore>(
    _ choice: ScoreChoice, _ score: Score, on tables: FittingTables,
    images: [String: any ScoredImages] = [:]
  ) throws {
    let name = choice.description
    let (tables, notes) = try Self.completed(tables, for: score, called: name)
    let check = FittedTableCheck(score.ingredients, of: name, fittedOn: tables)
    let fitting = Self.fittingTables(score.ingredients, tables)
    for table in fitting { try check(table, isFitted: true) }
    self.choice = choice
    self.notes = notes
    search = nil
    apply = try Self.application(of: score, check, on: tables, images)
  }

  /// The score that a search has chosen.
  init(_ fitted: FittedScore, chosenBy search: ScoreSearchOutcome, notes: [String]) {
    choice = fitted.choice
    self.notes = notes
    self.search = search
    apply = fitted.apply
  }

  /// One number per image, larger is more in-distribution; throws `ScoreError` if the table lacks what the
  /// score needs.
  ///
  /// `images` are those of the table, for scores that need the network.
  public func scores(of table: FeatureTable, images: (any ScoredImages)? = nil) throws -> [Double] {
    try apply(table, images)
  }

  private static func application<Score: OODScore>(
    of score: Score, _ check: FittedTableCheck, on tables: FittingTables, _ images: [String: any ScoredImages]
  ) throws -> @Sendable (FeatureTable, (any ScoredImages)?) throws -> [Double] {
    if score.ingredients.contains(.network), let score = score as? any GradientScore {
      return try application(followingGradientsOf: score, check, on: tables, images)
    }
    let fit = try score.fit(on: tables)
    return { table, _ in
      try check(table)
      return try score.scores(of: table, fit)
    }
  }

  private static func application<Score: GradientScore>(
    followingGradientsOf score: Score, _ check: FittedTableCheck, on tables: FittingTables,
    _ images: [String: any ScoredImages]
  ) throws -> @Sendable (FeatureTable, (any ScoredImages)?) throws -> [Double] {
    let fit = try score.fit(on: tables) { table in try check.found(images[table.name], of: table) }
    return { table, images in
      try check(table)
      return try score.scores(of: table, images: check.found(images, of: table), fit)
    }
  }

  /// The tables with the bank in the place of validation images where there are none, and a note that says so.
  private static func completed<Score: OODScore>(
    _ tables: FittingTables, for score: Score, called name: String
  ) throws -> (FittingTables, notes: [String]) {
    let ingredients = score.ingredients
    if ingredients.contains(.fittingBank), tables.bank == nil {
      throw ScoreError(score: name, problem: "it must be fitted on training images, and there are none")
    }
    guard ingredients.contains(.validation), tables.validation == nil else { return (tables, []) }
    guard let bank = tables.bank else {
      throw ScoreError(
        score: name, problem: "it must be fitted on validation or training images, and there are none")
    }
    return (
      FittingTables(bank: bank, validation: bank, outliers: tables.outliers),
      ["\(name): there is no validation table, the training images serve instead"]
    )
  }

  /// The tables that the score is fitted on.
  private static func fittingTables(_ ingredients: [Ingredient], _ tables: FittingTables) -> [FeatureTable] {
    [
      ingredients.contains(.fittingBank) ? tables.bank : nil,
      ingredients.contains(.validation) ? tables.validation : nil,
    ].compactMap { $0 }
  }
}
