import Networks
import Tensors

/// Cross-entropy of logits of one length, so that confidence cannot grow by growing logits.
///
///     loss = meanₙ CE(v[n]/((‖v[n]‖ + 1e-7)·τ), label[n])
///
/// Scores are computed on the logits as they are.
///
/// - Reference: Wei et al., *Mitigating Neural Network Overconfidence with Logit Normalization*, ICML 2022.
public struct LogitNormMethod: TrainingMethod {
  /// The knobs.
  public struct Settings: Sendable, Hashable {
    /// The temperature τ; the logits' length is 1/τ.
    public var temperature: Float

    /// Settings of LogitNorm.
    public init(temperature: Float = 0.04) {
      self.temperature = temperature
    }
  }

  private let settings: Settings

  /// One logit a class.
  public let logitCount: Int

  /// LogitNorm for a task.
  public init(_ settings: Settings, _ task: TaskFacts) {
    self.settings = settings
    logitCount = task.classCount
  }

  /// Mean cross-entropy over the rows.
  public func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor {
    let logits = context.tape.apply(LogitNormalization(temperature: settings.temperature), output.logits)
    return context.tape.apply(CrossEntropy(labels: batch.labels), logits)
  }
}
