/// Where a training lets its loss settle.
public enum LossFloorChoice: Sendable, Hashable {
  /// Nowhere: the loss descends as far as it will.
  case none

  /// At that cross-entropy, the paper's ζ.
  case at(Double)

  /// Where it is when some weights are hidden, measured before the first step.
  case measured(MaskedLoss)

  /// Where validation outliers are detected best after a short training.
  case chosen(FloorSearch)

  /// The search for ζ, if there is one.
  public var search: FloorSearch? {
    if case .chosen(let search) = self { search } else { nil }
  }

  /// ζ for a stage that begins; throws if an image cannot be read.
  ///
  /// Only a `MeasuredFloor` knows what to do with a floor that is chosen by trials.
  func value(_ resources: StageResources) throws -> Double {
    switch self {
    case .none: 0
    case .at(let value): value
    case .measured(let loss):
      try loss.measure(
        resources.network, resources.evaluator,
        on: resources.material.whole ?? resources.material.training, through: resources.material.pipeline,
        seed: resources.seed, in: resources.arena)
    case .chosen:
      throw TrainingError(
        "stage \(resources.stage.name): this method cannot choose its loss floor; give it one, floor: {at: {loss: …}}"
      )
    }
  }
}
