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

  /// ζ for a stage that begins, or all among which it is to be chosen, in the order of the recipe.
  ///
  /// Throws if an image cannot be read, and a `TrainingError` if there is no earlier floor to take over.
  func values(_ resources: StageResources) throws -> [Double] {
    switch self {
    case .none: return [0]
    case .at(let value): return [value]
    case .measured(let loss): return [try loss.measure(resources)]
    case .chosen(let search): return try search.losses(resources)
    case .previous:
      guard let value = resources.earlierFloor else {
        throw TrainingError(
          "stage \(resources.stage.name): there is no floor to take over: neither the stage before nor the checkpoint "
            + "which it begins from had one")
      }
      return [value]
    }
  }
}
