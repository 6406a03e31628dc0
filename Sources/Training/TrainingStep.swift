import Kernels
import Networks
import Tensors

/// One step of training: batch → network under a tape → the method's loss → backward → optimizer.
///
/// The trainer takes it for every batch, and whoever measures how fast a network trains takes the same one.
public struct TrainingStep {
  /// What came of a step.
  public struct Outcome: Sendable, Equatable {
    /// The loss before the step.
    public let loss: Float

    /// Images whose largest logit was their label's, before the step; of several rows of an image the first counts.
    public let correctCount: Int

    /// What the method reported, by name.
    public let reports: [String: Mean]
  }

  /// What is minimised.
  public var method: any TrainingMethod

  private let network: Network
  private let optimizer: any Optimizer
  private let clipping: GradientClipping?
  private let pieceCount: Int
  private let arena: Arena
  private let precision: ElementType
  private let seed: UInt64
  private let profile: OperationProfile?

  /// A step that trains `network` with activations of that precision; with a profile, its time is told by operation.
  ///
  /// With a `pieceCount` above 1 a batch passes in so many pieces whose gradients add up, which needs the memory of one
  /// piece. The loss is the mean over all pictures; batch normalisation sees each piece alone.
  public init(
    network: Network, method: any TrainingMethod, optimizer: any Optimizer,
    clipping: GradientClipping? = nil, pieceCount: Int = 1, arena: Arena, precision: ElementType = .float32,
    seed: UInt64,
    profile: OperationProfile? = nil
  ) {
    self.network = network
    self.method = method
    self.optimizer = optimizer
    self.clipping = clipping
    self.pieceCount = pieceCount
    self.arena = arena
    self.precision = precision
    self.seed = seed
    self.profile = profile
  }

  /// Takes the step; throws a `Divergence.Finding` and leaves the weights alone if the loss is not finite.
  ///
  /// All random numbers of the step follow from seed, epoch and step.
  public func callAsFunction(
    _ batch: TrainingBatch, learningRate: Double, epoch: Int, step: Int
  ) throws -> Outcome {
    try profile.measureStep {
      let pieces = pieceCount == 1 ? [batch] : batch.pieces(pieceCount, in: arena)
      // A batch that passes whole leaves its gradients where they belong.
      let sum =
        pieces.count > 1 ? GradientSum(of: network.namedParameters().map(\.parameter), in: arena) : nil
      var (loss, correctCount) = (Float(0), 0)
      var reports: [String: Mean] = [:]
      for (index, piece) in pieces.enumerated() {
        // Random numbers of their own for each piece; those of a whole batch are the step's.
        let outcome = try pass(piece, epoch: epoch, step: step * pieces.count + index)
        let share = Float(piece.pictureCount) / Float(batch.pictureCount)
        loss += share * outcome.loss
        correctCount += outcome.correctCount
        for (name, mean) in outcome.reports { reports[name, default: Mean()].add(mean) }
        if let sum { profile.measure("accumulation") { sum.add(share) } }
      }
      sum?.finish()
      if let clipping { profile.measure("clipping") { clip(clipping) } }
      profile.measure("optimizer") { optimizer.step(learningRate: Float(learningRate)) }
      return Outcome(loss: loss, correctCount: correctCount, reports: reports)
    }
  }

  /// Forward and backward of a batch or a piece of one; leaves the gradients in the parameters.
  private func pass(_ batch: TrainingBatch, epoch: Int, step: Int) throws -> Outcome {
    let tape = Tape(arena: arena, profile: profile)
    let context = makeContext(tape, epoch: epoch, step: step)
    let rows = method.inputs(from: batch, context)
    context.headRows = rows.headRows
    let output = output(of: rows, context)
    let loss = method.loss(output, rows, context)
    guard loss.scalar.isFinite else {
      throw Divergence.Finding.loss(loss.scalar, layer: firstNonFiniteLayer(rows, epoch: epoch, step: step))
    }
    tape.backward(from: loss)
    context.collectGradients()
    return Outcome(
      loss: loss.scalar,
      correctCount: network.correctCount(output.logits, rows.labels.prefix(batch.pictureCount)),
      reports: context.reports)
  }

  /// The next batch of an epoch; waiting for it and copying it are the loader's part of the profile.
  ///
  /// Throws if a picture of it cannot be read.
  func next(of batches: TrainingLoader.Epoch) throws -> TrainingBatch? {
    try profile.measure("loader") { try batches.next(in: arena) }
  }

  private func clip(_ clipping: GradientClipping) {
    clipping.clip(network.namedParameters().filter { !$0.parameter.isFrozen })
  }

  private func makeContext(_ tape: Tape, epoch: Int, step: Int) -> Context {
    Context(.training, tape: tape, precision: precision, seed: seed, epoch: epoch, step: step)
  }

  /// Repeats the forward pass of a batch whose loss is not finite, looking at every layer's output.
  private func firstNonFiniteLayer(_ rows: TrainingBatch, epoch: Int, step: Int) -> String? {
    let names = network.layerNames
    let context = makeContext(Tape(arena: arena), epoch: epoch, step: step)
    context.headRows = rows.headRows
    var first: String?
    context.observer = { layer, _, output in
      guard first == nil, !output.isFinite else { return }
      first = names[ObjectIdentifier(layer)]
    }
    _ = output(of: rows, context)
    return first
  }

  /// What the network, or its last layer alone, makes of the rows.
  private func output(of rows: TrainingBatch, _ context: Context) -> ModelOutput {
    method.trainsOnFeatures ? network.classified(rows.images, context) : network(rows.images, context)
  }
}
