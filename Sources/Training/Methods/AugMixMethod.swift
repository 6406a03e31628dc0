import Images
import Networks
import Tensors

/// AugMix with its consistency term: what a picture shows is to stay the same under two random mixtures of chains.
///
///     loss = meanₙ CE(v₀[n], label[n]) + weight·JS(softmax v₀, softmax v₁, softmax v₂)
///
/// v₀ is of the picture after crop and flip alone, v₁ and v₂ are of two draws of everything else, `augMix` among it;
/// all three pass together. Training on pictures that AugMix changed, without the term, is the plain
/// method.
///
/// - Reference: Hendrycks et al., *AugMix: A Simple Data Processing Method to Improve Robustness and Uncertainty*,
///   ICLR 2020.
public struct AugMixMethod: TrainingMethod {
  /// The knobs.
  public struct Settings: Sendable, Hashable {
    /// The weight of the consistency term.
    public var consistency: Float

    /// Settings of AugMix.
    public init(consistency: Float = 12) {
      self.consistency = consistency
    }
  }

  private let settings: Settings

  /// One logit a class.
  public let logitCount: Int

  /// AugMix for a task.
  public init(_ settings: Settings, _ task: TaskFacts) {
    self.settings = settings
    logitCount = task.classCount
  }

  /// The picture and two changed ones.
  public var views: PicturePipeline.Views { .cleanAndPolicies(2) }

  /// Cross-entropy of the first view and the disagreement of all three.
  public func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor {
    let tape = context.tape
    let count = batch.pictureCount
    let views = (0..<3).map { tape.apply(RowSelection($0 * count..<($0 + 1) * count), output.logits) }
    let own = tape.apply(CrossEntropy(labels: Array(batch.labels[..<count])), views[0])
    let apart = tape.apply(JensenShannon(), views)
    context.report("crossEntropy", own.scalar)
    context.report("jensenShannon", apart.scalar)
    return tape.apply(WeightedSum([1, settings.consistency]), own, apart)
  }
}
