import Images
import Kernels
import Networks
import Tensors

/// Training on pictures and on mixtures of them, in one pass.
///
///     loss = meanₙ CE(v[n], label[n]) + meanₙ ((1 − λ)·CE(v′[n], label[n]) + λ·CE(v′[n], label[π(n)]))
///
/// with λ ~ Beta(α, α) and large α, so that mixtures are about half and half. Batch normalisation sees
/// both together. AugRevise's equation 12 adds the two means; the authors' code and OpenOOD's take the mean over all 2N
/// rows, half of that, which halves the learning rate against the weight decay.
///
/// - Reference: Pinto et al., *RegMixup: Mixup as a Regularizer Can Surprisingly Improve Accuracy and Out
///   Distribution Robustness*, NeurIPS 2022.
public struct RegMixupMethod: TrainingMethod {
  /// How the two terms become one.
  public enum Normalization: String, Sendable, CaseIterable {
    /// Their sum, AugRevise's equation 12.
    case sum
    /// The mean over all rows, as released.
    case mean
  }

  /// The knobs.
  public struct Settings: Sendable, Hashable {
    /// The parameter of the weights' distribution.
    public var alpha: Double

    /// How the two terms become one.
    public var normalization: Normalization

    /// Settings of RegMixup.
    public init(alpha: Double = 20, normalization: Normalization = .sum) {
      self.alpha = alpha
      self.normalization = normalization
    }
  }

  private let settings: Settings

  /// One logit a class.
  public let logitCount: Int

  /// RegMixup for a task.
  public init(_ settings: Settings, _ task: TaskFacts) {
    self.settings = settings
    logitCount = task.classCount
  }

  /// The pictures, then their mixtures.
  public func inputs(from batch: TrainingBatch, _ context: Context) -> TrainingBatch {
    let mixing = Mixup(alpha: settings.alpha).mixing(
      count: batch.pictureCount, using: context.random(.mixing))
    return batch.joined(withMixing: mixing, in: context.tape.arena)
  }

  /// The sum of the two mean cross-entropies, or half of it.
  public func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor {
    let tape = context.tape
    let count = batch.labels.count / 2
    let clean = tape.apply(RowSelection(0..<count), output.logits)
    let mixed = tape.apply(RowSelection(count..<2 * count), output.logits)
    let own = tape.apply(CrossEntropy(labels: Array(batch.labels[..<count])), clean)
    let shared = tape.apply(MixedCrossEntropy(batch.mixedTargets), mixed)
    context.report("crossEntropy", own.scalar)
    context.report("mixedCrossEntropy", shared.scalar)
    let weight: Float = settings.normalization == .sum ? 1 : 0.5
    return tape.apply(WeightedSum([weight, weight]), own, shared)
  }
}
