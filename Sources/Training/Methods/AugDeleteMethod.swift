import Networks
import Tensors

/// AugDelete: the last layer of a trained network is fitted once more, on plain pictures and whole labels.
///
///     loss = meanₙ (log Σ exp v[n] − v[n, labelₙ]),  v = W·f + b
///
/// Label smoothing, mixup and their kin shrink the largest logits of inliers more than those of outliers, through the last
/// layer above all. Here features of the training pictures are computed once, without augmentation, and W and b go on from
/// where they are; the backbone stays, and with it every score that looks at features alone (METHODS D5).
///
/// - Reference: AugRevise, algorithm 1.
public struct AugDeleteMethod: TrainingMethod {
  /// The knobs.
  public struct Settings: Sendable, Hashable {
    /// The share of each class that is used, above 0 up to 1; the number of updates does not depend on it.
    public var fraction: Double

    /// Settings of AugDelete.
    public init(fraction: Double = 1) {
      self.fraction = fraction
    }
  }

  /// One logit a class.
  public let logitCount: Int

  /// The share of each class that is used.
  public let featureFraction: Double

  /// The backbone stays as it is.
  public var trainsOnFeatures: Bool { true }

  /// AugDelete for a task.
  public init(_ settings: Settings, _ task: TaskFacts) {
    logitCount = task.classCount
    featureFraction = settings.fraction
  }

  /// Mean cross-entropy over the rows.
  public func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor {
    context.tape.apply(CrossEntropy(labels: batch.labels), output.logits)
  }
}
