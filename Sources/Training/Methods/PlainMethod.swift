import Networks
import Tensors

/// Training by cross-entropy alone: the baseline of every table.
///
///     loss = meanₙ (log Σ exp v[n] − Σ q·v[n]),  q = (1 − β)·onehot(labelₙ) + β/classes
///
/// β is 0 unless labels are smoothed (AugRevise's equation 7 with a target that sums to 1).
public struct PlainMethod: TrainingMethod {
  /// The knobs.
  public struct Settings: Sendable, Hashable {
    /// The share β of the target that goes to all classes alike.
    public var labelSmoothing: Float

    /// Settings of plain training.
    public init(labelSmoothing: Float = 0) {
      self.labelSmoothing = labelSmoothing
    }
  }

  private let labelSmoothing: Float

  /// One logit a class.
  public let logitCount: Int

  /// Plain training for a task.
  public init(_ settings: Settings, _ task: TaskFacts) {
    logitCount = task.classCount
    labelSmoothing = settings.labelSmoothing
  }

  /// Mean cross-entropy over the rows.
  public func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor {
    context.tape.apply(CrossEntropy(labels: batch.labels, smoothing: labelSmoothing), output.logits)
  }
}
