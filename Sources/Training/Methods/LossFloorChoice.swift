/// Where a training lets its loss settle.
public enum LossFloorChoice: Sendable, Hashable {
  /// Nowhere: the loss descends as far as it will.
  case none

  /// At that cross-entropy, the paper's ζ.
  case at(Double)

  /// Where it is when some weights are hidden, measured before the first step.
  case measured(MaskedLoss)

  /// ζ for a stage that begins; throws if an image cannot be read.
  func value(_ resources: StageResources) throws -> Double {
    switch self {
    case .none: 0
    case .at(let value): value
    case .measured(let loss):
      try loss.measure(
        resources.network, resources.evaluator,
        on: resources.material.whole ?? resources.material.training, through: resources.material.pipeline,
        seed: resources.seed, in: resources.arena)
    }
  }
}
