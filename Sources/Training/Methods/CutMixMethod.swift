import Images
import Kernels
import Networks
import Tensors

/// Training on pictures in which a box shows another picture, with labels mixed by the box's area.
///
///     loss = meanₙ ((1 − λ′)·CE(v′[n], label[n]) + λ′·CE(v′[n], label[π(n)])),  λ′ = area of the box/area
///
/// One box and one permutation π a batch. With a probability below 1 some batches stay as they are.
///
/// - Reference: Yun et al., *CutMix: Regularization Strategy to Train Strong Classifiers with Localizable
///   Features*, ICCV 2019.
public struct CutMixMethod: TrainingMethod {
  /// The knobs.
  public struct Settings: Sendable, Hashable {
    /// How the box is drawn.
    public var cutMix: CutMix

    /// The share of the batches that are mixed.
    public var probability: Double

    /// The share of the target that goes to all classes alike.
    public var labelSmoothing: Float

    /// Settings of CutMix.
    public init(cutMix: CutMix = CutMix(), probability: Double = 1, labelSmoothing: Float = 0) {
      self.cutMix = cutMix
      self.probability = probability
      self.labelSmoothing = labelSmoothing
    }
  }

  private let settings: Settings

  /// One logit a class.
  public let logitCount: Int

  /// CutMix for a task.
  public init(_ settings: Settings, _ task: TaskFacts) {
    self.settings = settings
    logitCount = task.classCount
  }

  /// The pictures with boxes, or those of a batch that stays as it is.
  public func inputs(from batch: TrainingBatch, _ context: Context) -> TrainingBatch {
    // A lane of its own, so that boxes are the same whatever the probability is.
    var coin = context.random(.mixing, lane: 1)
    guard Double(coin.uniform()) < settings.probability else { return batch }
    let mixing = settings.cutMix.mixing(
      count: batch.pictureCount, height: batch.images.shape[1], width: batch.images.shape[2],
      using: context.random(.mixing))
    return batch.mixed(by: mixing, in: context.tape.arena)
  }

  /// Mean cross-entropy against the mixed labels.
  public func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor {
    context.tape.apply(
      MixedCrossEntropy(batch.mixedTargets, smoothing: settings.labelSmoothing), output.logits)
  }
}
