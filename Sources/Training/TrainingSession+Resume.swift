import Archives
import Images
import Networks
import Tensors

extension TrainingSession {
  /// What a method may know of the training set.
  var facts: TaskFacts {
    var frequencies = [Int](repeating: 0, count: material.training.classNames.count)
    for label in material.training.labels { frequencies[label] += 1 }
    return TaskFacts(classCount: frequencies.count, classFrequencies: frequencies)
  }

  /// The state of the last checkpoint, which must belong to this run.
  func savedState() throws -> CheckpointState {
    let state = try checkpoints.readState(CheckpointFolder.last)
    let path = checkpoints.weights(CheckpointFolder.last)
    guard state.recipeHash == identity.recipeHash else {
      throw FileError(
        path,
        "was made by another recipe (\(state.recipeHash), not \(identity.recipeHash)); it cannot be resumed")
    }
    guard state.seed == identity.seed else {
      throw FileError(path, "was made with seed \(state.seed), not \(identity.seed); it cannot be resumed")
    }
    return state
  }

  /// Gives the optimizer the state it had at the last checkpoint.
  func restore(_ optimizer: any Optimizer) throws {
    try optimizer.restore(checkpoints.readOptimizer(CheckpointFolder.last))
  }

  /// Refuses, before the first step, what batch normalisation would trap on in the middle of an epoch.
  func check(_ loader: Loader, _ stage: Stage) throws {
    guard loader.batchCount > 0 else {
      throw TrainingError(
        "stage \(stage.name): \(loader.set.count) training images do not fill one batch of \(stage.batchSize)"
      )
    }
    let rest = loader.set.count % stage.batchSize
    let smallest = stage.dropsLast || rest == 0 ? min(stage.batchSize, loader.set.count) : rest
    guard smallest * evaluator.smallestNormalizedArea(of: loader.set) > 1 else {
      throw TrainingError(
        "stage \(stage.name): a batch of one image leaves one value a channel, which cannot be normalized; "
          + "choose another batchSize or dropLast: true")
    }
  }
}

/// Something about the settings of a training makes it impossible.
public struct TrainingError: Error, CustomStringConvertible, Equatable {
  /// What is impossible and what to do about it.
  public let description: String

  /// An error of that description.
  public init(_ description: String) {
    self.description = description
  }
}

extension Divergence {
  /// The same finding, with the weights that still stand.
  func keeping(_ lastGood: String?) -> Divergence {
    Divergence(finding: finding, stage: stage, epoch: epoch, step: step, lastGood: lastGood)
  }
}
