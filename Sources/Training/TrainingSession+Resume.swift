import Archives
import Foundation
import Images
import Kernels
import Logging
import Networks
import Tensors

extension TrainingSession {
  /// The state of the last checkpoint, which must belong to this run; nil if there is none.
  func savedState() throws -> CheckpointState? {
    guard checkpoints.contains(CheckpointFolder.last) else {
      logger.notice("\(checkpoints.path) holds nothing to resume: the training begins at its beginning")
      return nil
    }
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
    if state.kernels != KernelTable.current.name {
      logger.warning(
        "the run was begun with the \(state.kernels) kernels and goes on with \(KernelTable.current.name): its last bits will differ"
      )
    }
    return state
  }

  /// Where the loss of the checkpoint which a stage begins from was to settle, else that of the stage before.
  func earlierFloor(_ stage: Stage) throws -> Double? {
    guard case .file(let path) = stage.start else { return floor }
    let (folder, file) = ((path as NSString).deletingLastPathComponent, (path as NSString).lastPathComponent)
    let checkpoints = CheckpointFolder(path: folder.isEmpty ? "." : folder)
    guard file.hasSuffix(".safetensors") else { return nil }
    let name = String(file.dropLast(".safetensors".count))
    guard checkpoints.contains(name), let state = try checkpoints.readMethod(name) else { return nil }
    return try MeasuredFloor.value(in: state)
  }

  /// Gives the optimizer, and the average of the weights if there is one, the state they had at the last
  /// checkpoint, whose weights the network holds.
  func restore(_ optimizer: any Optimizer, _ average: WeightAverage?) throws {
    try optimizer.restore(checkpoints.readOptimizer(CheckpointFolder.last))
    guard let average else { return }
    average.adoptNetwork()
    try StateDict.load(checkpoints.readTrained(CheckpointFolder.last), into: network)
  }

  /// Refuses, before the first step, what batch normalisation would trap on in the middle of an epoch.
  func check(_ loader: TrainingLoader, _ stage: Stage) throws {
    guard loader.batchCount > 0 || loader.outliers?.batchCount == 0 else {
      throw TrainingError(
        "stage \(stage.name): \(loader.trainingCount) training images do not fill one batch of \(stage.batchSize)"
      )
    }
    guard let inliers = loader.inliers else { return }
    if let outliers = loader.outliers, outliers.batchCount == 0 {
      throw TrainingError(
        "stage \(stage.name): the \(outliers.set.count) images of the auxiliary set \(outliers.set.name) do not "
          + "fill one batch of \(outliers.batchSize)")
    }
    let rest = inliers.set.count % stage.batchSize
    let smallestBatch = stage.dropsLast || rest == 0 ? min(stage.batchSize, inliers.set.count) : rest
    let smallest = smallestBatch / min(stage.pieceCount, smallestBatch)
    guard smallest * evaluator.smallestNormalizedArea(height: inliers.height, width: inliers.width) > 1 else {
      throw TrainingError(
        "stage \(stage.name): a batch\(stage.pieceCount > 1 ? ", or a piece of one," : "") of one image leaves one value a channel, which cannot be normalized; "
          + "choose another batchSize or dropLast: true")
    }
  }
}

extension Divergence {
  /// The same finding, with the weights that still stand.
  func keeping(_ lastGood: String?) -> Divergence {
    Divergence(finding: finding, stage: stage, epoch: epoch, step: step, lastGood: lastGood)
  }
}
