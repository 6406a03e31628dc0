import Foundation
import Images
import Kernels
import Networks
import Tensors

/// AugRevise: mixtures teach accuracy, and a separation loss keeps their logits below those of whole pictures.
///
///     loss = CE(v, label) + CE_mix(v′, labels′) + L_vs(v, v′)
///
/// with v of the pictures and v′ of their mixtures from one pass of both, so that batch normalisation sees them
/// together (algorithm 2). Mixtures are of pictures before the policy (crop and flip alone), and the
/// policy, such as TrivialAugment and random erasing, changes the clean ones only, unless `mixesBeforePolicy` is off.
/// AugDelete follows as a stage of its own.
///
/// Reports the two cross-entropies, the means of log Σ exp v and log Σ exp v′, the gap the separation loss asks for,
/// and what that loss has above the least it can be.
public struct AugReviseMethod: TrainingMethod {
  /// The knobs.
  public struct Settings: Sendable, Hashable {
    /// The parameter of the weights' distribution.
    public var alpha: Double

    /// Whether mixtures are of pictures before the policy.
    public var mixesBeforePolicy: Bool

    /// The share of the clean pictures' target that goes to all classes alike; the last row of table 2.
    public var labelSmoothing: Float

    /// Settings of AugRevise.
    public init(alpha: Double = 20, mixesBeforePolicy: Bool = true, labelSmoothing: Float = 0) {
      self.alpha = alpha
      self.mixesBeforePolicy = mixesBeforePolicy
      self.labelSmoothing = labelSmoothing
    }
  }

  private let settings: Settings

  /// One logit a class.
  public let logitCount: Int

  /// AugRevise for a task.
  public init(_ settings: Settings, _ task: TaskFacts) {
    self.settings = settings
    logitCount = task.classCount
  }

  /// A view before the policy and one after it, unless both are the same.
  public var views: PicturePipeline.Views { settings.mixesBeforePolicy ? .cleanAndPolicies(1) : .one }

  /// The pictures after the policy, then mixtures of them before it.
  public func inputs(from batch: TrainingBatch, _ context: Context) -> TrainingBatch {
    let mixing = Mixup(alpha: settings.alpha).mixing(
      count: batch.pictureCount, using: context.random(.mixing))
    return batch.joined(
      withMixing: mixing, plainView: batch.viewCount - 1, mixedView: 0, in: context.tape.arena)
  }

  /// The sum of the three terms.
  public func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor {
    let tape = context.tape
    let count = batch.labels.count / 2
    let clean = tape.apply(RowSelection(0..<count), output.logits)
    let mixed = tape.apply(RowSelection(count..<2 * count), output.logits)
    let own = tape.apply(
      CrossEntropy(labels: Array(batch.labels[..<count]), smoothing: settings.labelSmoothing), clean)
    let shared = tape.apply(MixedCrossEntropy(batch.mixedTargets), mixed)
    let separation = VirtualSeparation(partnerWeight: batch.mixing?.partnerWeight ?? 0)
    let apart = tape.apply(separation, clean, mixed)
    context.report("crossEntropy", own.scalar)
    context.report("mixedCrossEntropy", shared.scalar)
    context.report("logSumExp", clean.meanLogSumExp)
    context.report("mixedLogSumExp", mixed.meanLogSumExp)
    context.report("targetGap", Float(separation.targetGap))
    context.report("separationExcess", apart.scalar - Float(separation.floor))
    return tape.apply(WeightedSum([1, 1, 1]), own, shared, apart)
  }
}

extension Tensor {
  /// The mean of log Σ exp over the rows of `[batch, classes]`.
  fileprivate var meanLogSumExp: Float {
    let classes = shape[1]
    let values = values
    let sums = (0..<shape[0]).map { row in
      let logits = values[row * classes..<(row + 1) * classes]
      let top = logits.max() ?? 0
      return Double(top) + log(logits.reduce(0) { $0 + exp(Double($1 - top)) })
    }
    return Float(sums.reduce(0, +) / Double(max(sums.count, 1)))
  }
}
