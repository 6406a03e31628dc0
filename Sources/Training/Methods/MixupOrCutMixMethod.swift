import Images
import Kernels
import Networks
import Tensors

/// Training on batches that are mixed by mixup or by CutMix, each with probability ½.
///
/// What torchvision's second training recipe does, together with smoothed labels: with TrivialAugment and random
/// erasing among the augmentations it is AugRevise's v2*.
public struct MixupOrCutMixMethod: TrainingMethod {
  /// The knobs.
  public struct Settings: Sendable, Hashable {
    /// The parameter of mixup's weights.
    public var alpha: Double

    /// How CutMix's box is drawn.
    public var cutMix: CutMix

    /// The share of the target that goes to all classes alike.
    public var labelSmoothing: Float

    /// Settings of both.
    public init(
      alpha: Double = 0.2, cutMix: CutMix = CutMix(convention: .torchvision), labelSmoothing: Float = 0
    ) {
      self.alpha = alpha
      self.cutMix = cutMix
      self.labelSmoothing = labelSmoothing
    }
  }

  private let settings: Settings

  /// One logit a class.
  public let logitCount: Int

  /// Both mixings for a task.
  public init(_ settings: Settings, _ task: TaskFacts) {
    self.settings = settings
    logitCount = task.classCount
  }

  /// The mixtures alone.
  public func inputs(from batch: TrainingBatch, _ context: Context) -> TrainingBatch {
    var coin = context.random(.mixing, lane: 1)
    let (shape, stream) = (batch.images.shape, context.random(.mixing))
    let mixing =
      coin.below(2) == 0
      ? Mixup(alpha: settings.alpha).mixing(count: batch.pictureCount, using: stream)
      : settings.cutMix.mixing(
        count: batch.pictureCount, height: shape[1], width: shape[2], using: stream)
    return batch.mixed(by: mixing, in: context.tape.arena)
  }

  /// Mean cross-entropy against the mixed labels.
  public func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor {
    context.tape.apply(
      MixedCrossEntropy(batch.mixedTargets, smoothing: settings.labelSmoothing), output.logits)
  }
}
