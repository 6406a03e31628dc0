import Images
import Kernels
import Networks
import Tensors

/// Training on mixtures of pictures and of their labels.
///
///     x′[n] = (1 − λ)·x[n] + λ·x[π(n)],  λ ~ Beta(α, α)
///     loss = meanₙ ((1 − λ)·CE(v′[n], label[n]) + λ·CE(v′[n], label[π(n)]))
///
/// One λ and one permutation π a batch; no picture is seen unmixed. Labels may be smoothed besides.
///
/// - Reference: Zhang et al., *mixup: Beyond Empirical Risk Minimization*, ICLR 2018.
public struct MixupMethod: TrainingMethod {
  /// The knobs.
  public struct Settings: Sendable, Hashable {
    /// The parameter of the weights' distribution; 0 mixes nothing.
    public var alpha: Double

    /// The share of the target that goes to all classes alike.
    public var labelSmoothing: Float

    /// Settings of mixup.
    public init(alpha: Double = 0.2, labelSmoothing: Float = 0) {
      self.alpha = alpha
      self.labelSmoothing = labelSmoothing
    }
  }

  private let settings: Settings

  /// One logit a class.
  public let logitCount: Int

  /// Mixup for a task.
  public init(_ settings: Settings, _ task: TaskFacts) {
    self.settings = settings
    logitCount = task.classCount
  }

  /// The mixtures alone.
  public func inputs(from batch: TrainingBatch, _ context: Context) -> TrainingBatch {
    let mixing = Mixup(alpha: settings.alpha).mixing(
      count: batch.pictureCount, using: context.random(.mixing))
    return batch.mixed(by: mixing, in: context.tape.arena)
  }

  /// Mean cross-entropy against the mixed labels.
  public func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor {
    context.tape.apply(
      MixedCrossEntropy(batch.mixedTargets, smoothing: settings.labelSmoothing), output.logits)
  }
}
