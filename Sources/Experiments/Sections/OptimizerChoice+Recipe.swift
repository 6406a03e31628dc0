import Networks

extension OptimizerChoice {
  /// The optimizers by name, as recipes give them.
  static let recipeChoices: [Choice<OptimizerChoice>] = [
    Choice("sgd", sgd(reading:)),
    Choice("adam") { adam(reading: $0, decouplesDecay: false, weightDecay: 0) },
    Choice("adamW") { adam(reading: $0, decouplesDecay: true, weightDecay: 0.01) },
  ]

  private static func sgd(reading reader: SectionReader) -> OptimizerChoice {
    let learningRate = learningRate(reading: reader, default: 0.1)
    let momentum = reader.number("momentum", default: 0.9, in: .from(0, below: 1))
    let nesterov = reader.bool("nesterov", default: true)
    if nesterov, momentum == 0 {
      reader.report("needs a momentum above 0; set nesterov: false, or a momentum", at: "nesterov")
    }
    let settings = SGD.Settings(
      momentum: Float(momentum), weightDecay: weightDecay(reading: reader, default: 5e-4), nesterov: nesterov,
      decayScope: reader.word("decays", default: .all))
    return .sgd(settings, learningRate: learningRate)
  }

  private static func adam(
    reading reader: SectionReader, decouplesDecay: Bool, weightDecay fallback: Double
  ) -> OptimizerChoice {
    let learningRate = learningRate(reading: reader, default: 0.001)
    let settings = Adam.Settings(
      firstBeta: Float(reader.number("beta1", default: 0.9, in: .from(0, below: 1))),
      secondBeta: Float(reader.number("beta2", default: 0.999, in: .from(0, below: 1))),
      epsilon: Float(reader.number("epsilon", default: 1e-8, in: .above(0, upTo: 1))),
      weightDecay: weightDecay(reading: reader, default: fallback), decouplesDecay: decouplesDecay,
      decayScope: reader.word("decays", default: .all))
    return .adam(settings, learningRate: learningRate)
  }

  private static func learningRate(reading reader: SectionReader, default fallback: Double) -> Double {
    reader.number("learningRate", default: fallback, in: .above(0, upTo: 1_000_000))
  }

  private static func weightDecay(reading reader: SectionReader, default fallback: Double) -> Float {
    Float(reader.number("weightDecay", default: fallback, in: .between(0, and: 1_000)))
  }
}
