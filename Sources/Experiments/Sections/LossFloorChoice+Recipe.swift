import Training

extension LossFloorChoice {
  /// The floor that a method's section gives under `floor`.
  init(reading reader: SectionReader) {
    self = reader.choice("floor", default: "measured", Self.recipeChoices)
  }

  private static let recipeChoices: [Choice<LossFloorChoice>] = [
    Choice("none") { _ in .none },
    Choice("at") { .at($0.number("loss", in: .between(0, and: 1_000_000))) },
    Choice("measured") {
      .measured(
        MaskedLoss(
          kept: $0.number("kept", default: 0.975, in: .between(0, and: 1)),
          draws: $0.integer("draws", default: 1, in: .between(1, and: 1_000)),
          scores: $0.word("scores", default: .uniform), acrossLayers: $0.bool("acrossLayers", default: false))
      )
    },
  ]
}
