import Networks
import Tensors

/// Unleashing Mask (UM): a trained network forgets its atypical pictures by climbing back to a loss floor.
///
///     loss = |ℓ − ζ| + ζ,  ℓ = the mean cross-entropy of the batch
///
/// ζ is the loss of the network with a few weights hidden, measured before the first step, or a number given.
///
/// - Reference: Zhu et al., *Unleashing Mask: Explore the Intrinsic Out-of-Distribution Detection Capability*, ICML
///   2023, arXiv 2306.03715, equation 3.
public struct UnleashingMaskMethod: FlooredMethod {
  /// The knobs.
  public struct Settings: Sendable, Hashable {
    /// Where the loss settles.
    public var floor: LossFloorChoice

    /// Settings of UM.
    public init(floor: LossFloorChoice = .measured(MaskedLoss())) {
      self.floor = floor
    }
  }

  /// ζ.
  public var floor: MeasuredFloor

  /// One logit a class.
  public let logitCount: Int

  /// UM for a task.
  public init(_ settings: Settings, _ task: TaskFacts) {
    floor = MeasuredFloor(settings.floor)
    logitCount = task.classCount
  }

  /// |ℓ − ζ| + ζ; reports ζ and ℓ.
  public func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor {
    let loss = context.tape.apply(CrossEntropy(labels: batch.labels), output.logits)
    context.report("classLoss", loss.scalar)
    return floor.applied(to: loss, context)
  }
}
