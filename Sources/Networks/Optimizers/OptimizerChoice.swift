/// The list of optimizers: each case is one with its settings.
public enum OptimizerChoice: Sendable, Hashable {
  /// Stochastic gradient descent with momentum.
  case sgd(SGD.Settings, learningRate: Double)

  /// Adam, or AdamW if its settings decouple the decay.
  case adam(Adam.Settings, learningRate: Double)

  /// The name in recipes and checkpoints.
  public var name: String {
    switch self {
    case .sgd: "sgd"
    case .adam(let settings, _): settings.decouplesDecay ? "adamW" : "adam"
    }
  }

  /// The learning rate that schedules start from.
  public var learningRate: Double {
    switch self {
    case .sgd(_, let learningRate), .adam(_, let learningRate): learningRate
    }
  }

  /// An optimizer of those parameters.
  public func optimizer(for parameters: [NamedParameter]) -> any Optimizer {
    switch self {
    case .sgd(let settings, _): SGD(settings, parameters)
    case .adam(let settings, _): Adam(settings, parameters)
    }
  }
}
