import Networks

extension OptimizerChoice {
  /// The optimizers by name, as recipes give them.
  static let recipeChoices: [Choice<OptimizerChoice>] = [Choice("sgd", sgd(reading:))]

  private static func sgd(reading reader: SectionReader) -> OptimizerChoice {
    let learningRate = reader.number("learningRate", default: 0.1, in: .above(0, upTo: 1_000_000))
    let momentum = reader.number("momentum", default: 0.9, in: .from(0, below: 1))
    let nesterov = reader.bool("nesterov", default: true)
    if nesterov, momentum == 0 {
      reader.report("needs a momentum above 0; set nesterov: false, or a momentum", at: "nesterov")
    }
    let weightDecay = reader.number("weightDecay", default: 5e-4, in: .between(0, and: 1_000))
    return .sgd(
      SGD.Settings(momentum: Float(momentum), weightDecay: Float(weightDecay), nesterov: nesterov),
      learningRate: learningRate)
  }
}
