import Detection
import Training

extension BestChoice {
  /// Reads what a stage says under `best`.
  init(reading reader: SectionReader) {
    self.init(
      by: reader.choice("by", default: "accuracy", Self.recipeChoices),
      patience: reader.optionalInteger("patience", in: .between(1, and: 1_000_000)))
  }

  private static let recipeChoices: [Choice<Criterion>] =
    [Choice("accuracy", .accuracy)]
    + OutlierCriterion.recipeChoices.map { choice in Choice(choice.name) { .outliers(choice.read($0)) } }
}

extension OutlierCriterion {
  /// The figures by name, as recipes give them.
  static let recipeChoices: [Choice<OutlierCriterion>] = Figure.allCases.map { figure in
    Choice(figure.rawValue) { OutlierCriterion(figure: figure, score: score(reading: $0)) }
  }

  /// A score of fixed settings: what is searched on the same outliers cannot choose by them.
  private static func score(reading reader: SectionReader) -> ScoreChoice {
    let score = reader.choice("score", default: EnergyScore.name, ScoreChoice.recipeChoices)
    if case .search = score {
      reader.report("must have fixed settings here; a search is for evaluate.scores", at: "score")
    }
    return score
  }
}
