import Networks

/// Where a training lets its loss settle.
public enum LossFloorChoice: Sendable, Hashable {
  /// Nowhere: the loss descends as far as it will.
  case none

  /// At that cross-entropy, the paper's ζ.
  case at(Double)

  /// Where it is when some weights are hidden, measured before the first step.
  case measured(MaskedLoss)

  /// Where the stage before settled, or the run whose checkpoint the stage begins from.
  case previous

  /// Where validation outliers are detected best after a short training.
  case chosen(FloorSearch)

  /// The search for ζ, if there is one.
  public var search: FloorSearch? {
    if case .chosen(let search) = self { search } else { nil }
  }

  /// ζ for a stage that begins; of a search the first candidate.
  ///
  /// Masks that are learned are off meanwhile: ζ is the network's of before. Throws if an image cannot be read, and a
  /// `TrainingError` if there is no earlier floor to take over.
  func value(_ resources: StageResources) throws -> Double {
    switch self {
    case .none: return 0
    case .at(let value): return value
    case .measured(let loss):
      let material = resources.material
      return try resources.network.unmasked {
        try loss.measure(
          resources.network, resources.evaluator, on: material.whole ?? material.training,
          through: material.pipeline, seed: resources.seed, in: resources.arena)
      }
    case .previous:
      guard let value = resources.earlierFloor else {
        throw TrainingError(
          "stage \(resources.stage.name): there is no floor to take over: neither the stage before nor the checkpoint "
            + "which it begins from had one")
      }
      return value
    case .chosen(let search):
      return try search.losses(resources)[0]
    }
  }
}
