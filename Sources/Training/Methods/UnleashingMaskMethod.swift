import Archives
import Networks
import Tensors

/// Unleashing Mask (UM): a trained network forgets its atypical pictures by climbing back to a loss floor.
///
///     loss = |ℓ − ζ| + ζ,  ℓ = the mean cross-entropy of the batch
///
/// ζ is the loss of the network with a few weights hidden, measured before the first step, or a number given.
///
/// - Reference: Zhu et al., *Unleashing Mask: Explore the Intrinsic Out-of-Distribution Detection Capability*, ICML
///   2023, arXiv 2306.03715, equation 3; METHODS D19, D20.
public struct UnleashingMaskMethod: TrainingMethod {
  /// The knobs.
  public struct Settings: Sendable, Hashable {
    /// Where the loss settles.
    public var floor: LossFloorChoice

    /// Settings of UM.
    public init(floor: LossFloorChoice = .measured(MaskedLoss())) {
      self.floor = floor
    }
  }

  private var floor: MeasuredFloor

  /// One logit a class.
  public let logitCount: Int

  /// UM for a task.
  public init(_ settings: Settings, _ task: TaskFacts) {
    floor = MeasuredFloor(settings.floor)
    logitCount = task.classCount
  }

  /// Measures ζ, or what it is chosen from.
  public mutating func stageWillStart(_ resources: StageResources) throws { try floor.measure(resources) }

  /// The trials that choose ζ, where it is to be chosen.
  public var trials: MethodTrials? {
    floor.trials { floor in
      var method = self
      method.floor = floor
      return method
    }
  }

  /// Takes the ζ of the best trial.
  public mutating func conclude(from figures: [Double]) { floor.conclude(from: figures) }

  /// ζ, and how it was chosen.
  public var state: [NamedArray] { floor.state }

  /// Takes ζ over.
  public mutating func restore(_ state: any TensorFile) throws { try floor.restore(state) }

  /// |ℓ − ζ| + ζ; reports ζ and ℓ.
  public func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor {
    let loss = context.tape.apply(CrossEntropy(labels: batch.labels), output.logits)
    context.report("classLoss", loss.scalar)
    return floor.applied(to: loss, context)
  }
}
