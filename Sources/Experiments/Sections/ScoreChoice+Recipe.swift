import Detection

extension ScoreChoice {
  /// The scores by name, as recipes give them.
  static let recipeChoices: [Choice<ScoreChoice>] = [
    Choice(MaxSoftmaxScore.name, .msp(MaxSoftmaxScore.Settings())),
    Choice(MaxLogitScore.name, .mls(MaxLogitScore.Settings())),
    Choice(EnergyScore.name) {
      .energy(EnergyScore.Settings(temperature: $0.number("T", default: 1, in: .above(0, upTo: 1_000_000))))
    },
  ]
}
