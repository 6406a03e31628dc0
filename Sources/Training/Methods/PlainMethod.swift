import Networks
import Tensors

/// Training by cross-entropy alone: the baseline of every table.
///
///     loss = meanₙ (log Σ exp v[n] − v[n, labelₙ])
public struct PlainMethod: TrainingMethod {
  /// Plain training has no knobs.
  public struct Settings: Sendable, Hashable {
    /// The only settings there are.
    public init() {}
  }

  /// One logit a class.
  public let logitCount: Int

  /// Plain training for a task.
  public init(_ settings: Settings, _ task: TaskFacts) {
    logitCount = task.classCount
  }

  /// Mean cross-entropy over the rows.
  public func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor {
    context.tape.apply(CrossEntropy(labels: batch.labels), output.logits)
  }
}
