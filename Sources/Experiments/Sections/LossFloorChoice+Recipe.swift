import Training

extension LossFloorChoice {
  /// The floor that a method's section gives under `floor`.
  init(reading reader: SectionReader) {
    self = reader.choice("floor", default: "measured", Self.recipeChoices)
  }

  /// The floor of a method that does without one unless its section gives some.
  init(readingOptional reader: SectionReader) {
    // Absent unless it is asked for, so that recipes from before keep their hash.
    self = reader.contains("floor") ? reader.choice("floor", default: "none", Self.recipeChoices) : .none
  }

  private static let recipeChoices: [Choice<LossFloorChoice>] = [
    Choice("none") { _ in .none },
    Choice("at") { .at($0.number("loss", in: .between(0, and: 1_000_000))) },
    Choice("measured") { .measured(MaskedLoss(reading: $0)) },
    Choice("previous", .previous),
  ]
}

extension MaskedLoss {
  /// Reads how masks are drawn.
  init(reading reader: SectionReader) {
    self.init(
      kept: reader.number("kept", default: 0.975, in: .between(0, and: 1)),
      draws: reader.integer("draws", default: 1, in: .between(1, and: 1_000)),
      scores: reader.word("scores", default: .uniform),
      acrossLayers: reader.bool("acrossLayers", default: false))
  }
}
