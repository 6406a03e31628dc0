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
  func didSettle(_ position: TrainingPosition) throws

  /// Whether to stop; asked after each step.
  var wantsInterruption: Bool { get }
}

/// The one training loop: it takes a network through the epochs of a stage.
///
/// A step is: batch → network under a tape → the method's loss → backward → optimizer. Nothing here
/// asks which method it is.
final class Trainer {
  private let stage: Stage
  private let network: Network
  private var method: any TrainingMethod
  private let optimizer: any Optimizer
  private let loader: Loader
  private let arena: Arena
  private let precision: ElementType
  private let seed: UInt64
  private let firstEpoch: Int

  /// `firstEpoch` counts the epochs of all stages before, so that no two stages share an order or an
  /// augmentation.
  init(
    stage: Stage, network: Network, method: any TrainingMethod, optimizer: any Optimizer, loader: Loader,
    arena: Arena, precision: ElementType, seed: UInt64, firstEpoch: Int
  ) {
    self.stage = stage
    self.network = network
    self.method = method
    self.optimizer = optimizer
    self.loader = loader
    self.arena = arena
    self.precision = precision
    self.seed = seed
    self.firstEpoch = firstEpoch
  }

  /// Trains from `position` to the end of the stage, or until the delegate wants an interruption.
  func train(_ position: inout TrainingPosition, delegate: any TrainerDelegate) throws -> TrainingOutcome {
    while position.epoch < stage.epochs {
      method.epochWillStart(position.epoch)
      var learningRate = rate(at: position)
      // From batch to batch, so that waiting for the loader counts.
      var last = Date()
      for batch in loader.batches(epoch: firstEpoch + position.epoch, from: position.batch) {
        learningRate = rate(at: position)
        try step(batch, learningRate, &position)
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
      try delegate.didSettle(position)
      if delegate.wantsInterruption { return .interrupted }
    }
    return .completed
  }

  private func rate(at position: TrainingPosition) -> Double {
    stage.schedule.learningRate(
      base: stage.optimizer.learningRate, epoch: position.epoch, step: position.batch,
      stepsPerEpoch: loader.batchCount, epochs: stage.epochs)
  }

  private func step(_ images: ImageBatch, _ learningRate: Double, _ position: inout TrainingPosition) throws {
    let context = makeContext(position)
    let batch = TrainingBatch(
      images: Tensor([images.count, images.height, images.width, 3], images.pixels, in: arena),
      labels: images.labels)
    let rows = method.inputs(from: batch, context)
    let output = network(rows.images, context)
    let loss = method.loss(output, rows, context)
    guard loss.scalar.isFinite else {
      throw Divergence(
        finding: .loss(loss.scalar, layer: firstNonFiniteLayer(rows, position)), stage: stage.name,
        epoch: position.epoch + 1, step: position.step + 1, lastGood: nil)
    }
    context.tape.backward(from: loss)
    context.collectGradients()
    optimizer.step(learningRate: Float(learningRate))

    position.batch += 1
    position.step += 1
    position.progress.images += images.count
    position.progress.correct += output.logits.correctCount(rows.labels)
    position.progress.lossSum += Double(loss.scalar) * Double(images.count)
  }

  private func makeContext(_ position: TrainingPosition) -> Context {
    Context(
      .training, tape: Tape(arena: arena), precision: precision, seed: seed,
      epoch: firstEpoch + position.epoch, step: position.step)
  }

  /// Repeats the forward pass of a batch whose loss is not finite, looking at every layer's output.
  private func firstNonFiniteLayer(_ rows: TrainingBatch, _ position: TrainingPosition) -> String? {
    let names = network.layerNames
    let context = makeContext(position)
    var first: String?
    context.observer = { layer, _, output in
      guard first == nil, !output.isFinite else { return }
      first = names[ObjectIdentifier(layer)]
    }
    _ = network(rows.images, context)
    return first
  }
}

extension Tensor {
  /// Whether every element is finite.
  var isFinite: Bool { values.allSatisfy { $0.isFinite } }

  /// Rows of `[batch, classes]` whose largest element is their label's; the first of equal ones counts.
  func correctCount(_ labels: [Int]) -> Int {
    let classes = shape[1]
    return labels.enumerated().count { row, label in
      let logits = pointer + row * classes
      var largest = 0
      for c in 1..<max(classes, 1) where logits[c] > logits[largest] { largest = c }
      return largest == label
    }
  }
}
