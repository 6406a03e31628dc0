import Archives
import Detection
import Foundation
import Images
import Kernels
import Networks
import Tensors

/// What happens around the loop: log lines, validation, checkpoints, interruption.
protocol TrainerDelegate: AnyObject {
  /// Called after each step, with the position before the next one.
  func didStep(_ position: TrainingPosition, learningRate: Double) throws

  /// Called after the last step of an epoch, while the position still tells of that epoch.
  func didFinishEpoch(_ position: inout TrainingPosition, learningRate: Double) throws

  /// Called when the position has moved to the beginning of the next epoch: the time for a checkpoint.
  func didSettle(_ position: TrainingPosition, _ methodState: [NamedArray]) throws

  /// Whether to stop; asked after each step.
  var wantsInterruption: Bool { get }
}

/// The one training loop: it takes a network through the epochs of a stage.
///
/// For every batch it takes one `TrainingStep`. Nothing here asks which method it is.
final class Trainer {
  private let stage: Stage
  private var step: TrainingStep
  private let loader: TrainingLoader
  private let firstEpoch: Int
  private let resources: StageResources

  /// `firstEpoch` counts the epochs of all stages before, so that no two stages share an order or an
  /// augmentation.
  init(stage: Stage, step: TrainingStep, loader: TrainingLoader, firstEpoch: Int, _ resources: StageResources)
  {
    self.stage = stage
    self.step = step
    self.loader = loader
    self.firstEpoch = firstEpoch
    self.resources = resources
  }

  /// What the method must know to go on from here.
  var methodState: [NamedArray] { step.method.state }

  /// Trains from `position` to the end of the stage, or until the delegate wants an interruption.
  ///
  /// The schedule may bring the end forward, and so may epochs without a better one.
  func train(_ position: inout TrainingPosition, delegate: any TrainerDelegate) throws -> TrainingOutcome {
    let limit = stage.schedule.stepLimit(trainingCount: loader.trainingCount) ?? Int.max
    while position.epoch < stage.epochs, position.step < limit, !stage.best.isExhausted(at: position) {
      if position.batch == 0 { try step.method.epochWillStart(position.epoch, resources) }
      var learningRate = rate(at: position)
      // From batch to batch, so that waiting for the loader counts.
      var last = Date()
      let batches = loader.batches(
        epoch: firstEpoch + position.epoch, from: position.batch, chosen: try chosenOutliers())
      while position.step < limit, let batch = try step.next(of: batches) {
        learningRate = rate(at: position)
        try take(batch, learningRate, &position)
        let now = Date()
        position.progress.seconds += now.timeIntervalSince(last)
        position.seconds += now.timeIntervalSince(last)
        last = now
        try delegate.didStep(position, learningRate: learningRate)
        // A complete epoch is closed first, so that it looks like that of a run nobody interrupted.
        if delegate.wantsInterruption, position.batch < loader.batchCount { return .interrupted }
      }
      try delegate.didFinishEpoch(&position, learningRate: learningRate)
      position.epoch += 1
      position.batch = 0
      position.progress = EpochProgress()
      try delegate.didSettle(position, methodState)
      if delegate.wantsInterruption { return .interrupted }
    }
    return .completed
  }

  /// What the method chose of the outliers; throws a `TrainingError` if that is not enough for a batch.
  private func chosenOutliers() throws -> [Int]? {
    guard let chosen = step.method.chosenOutliers, let outliers = loader.outliers else { return nil }
    guard chosen.count >= outliers.batchSize else {
      throw TrainingError(
        "stage \(stage.name): the \(chosen.count) outliers that \(stage.method.name) chose do not fill one batch of "
          + "\(outliers.batchSize)")
    }
    return chosen
  }

  private func rate(at position: TrainingPosition) -> Double {
    stage.schedule.learningRate(
      base: stage.optimizer.learningRate,
      at: Schedule.Position(
        epoch: position.epoch, step: position.batch, stepsPerEpoch: loader.batchCount, epochs: stage.epochs,
        trainingCount: loader.trainingCount))
  }

  private func take(
    _ batch: TrainingBatch, _ learningRate: Double, _ position: inout TrainingPosition
  ) throws {
    do {
      let outcome = try step(
        batch, learningRate: learningRate, epoch: firstEpoch + position.epoch, step: position.step)
      position.batch += 1
      position.step += 1
      position.progress.add(outcome, images: batch.pictureCount)
    } catch let finding as Divergence.Finding {
      throw Divergence(
        finding: finding, stage: stage.name, epoch: position.epoch + 1, step: position.step + 1, lastGood: nil
      )
    }
  }
}

extension Tensor {
  /// Whether every element is finite.
  var isFinite: Bool { values.allSatisfy { $0.isFinite } }
}

extension Network {
  /// How many of the first rows of `[batch, logits]` say their label; the first of several equally probable classes
  /// counts.
  ///
  /// There may be fewer labels than rows; rows without one are not looked at. None are right where the network does not
  /// classify.
  func correctCount(_ logits: Tensor, _ labels: some Sequence<Int>) -> Int {
    guard classifies else { return 0 }
    let width = logits.shape[1]
    return labels.enumerated().count { row, label in
      let row = UnsafeBufferPointer(start: logits.pointer + row * width, count: width)
      return label == (groups.map { $0.prediction(row).class } ?? LogitRow(row).predictedClass)
    }
  }
}
