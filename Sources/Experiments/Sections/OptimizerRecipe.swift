/// How gradients change parameters.
public enum OptimizerRecipe: Sendable, Equatable {
  /// Stochastic gradient descent with momentum; weight decay enters before the momentum.
  case sgd(learningRate: Double, momentum: Double, nesterov: Bool, weightDecay: Double)

  /// The learning rate before any schedule.
  public var learningRate: Double {
    switch self {
    case .sgd(let learningRate, _, _, _): learningRate
    }
  }

  /// The optimizers by name.
  static let choices: [Choice<OptimizerRecipe>] = [Choice("sgd", sgd(reading:))]

  private static func sgd(reading reader: SectionReader) -> OptimizerRecipe {
    let learningRate = reader.number("learningRate", default: 0.1, in: .above(0))
    let momentum = reader.number("momentum", default: 0.9, in: .from(0, below: 1))
    let nesterov = reader.bool("nesterov", default: true)
    if nesterov, momentum == 0 {
      reader.report("needs a momentum above 0; set nesterov: false, or a momentum", at: "nesterov")
    }
    let weightDecay = reader.number("weightDecay", default: 5e-4, in: .atLeast(0))
    return .sgd(learningRate: learningRate, momentum: momentum, nesterov: nesterov, weightDecay: weightDecay)
  }
}
