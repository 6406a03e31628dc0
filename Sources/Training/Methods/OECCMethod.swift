import Networks
import Tensors

/// Outlier exposure with confidence control: confidence is to equal a known accuracy, and outliers' softmax to be
/// uniform.
///
///     loss = CE(v_in, labels) + λ₁·128/N_in·Σ_in (max p − A)² + λ₂·256/N_out·Σ_out Σ_c |p_c − 1/C|
///
/// The public code has sums over 128 pictures and 256 outliers; other batch sizes are rescaled to those. A is the
/// training accuracy of the network it starts from: 0.9486 for the authors' CIFAR-10, 0.7573 for CIFAR-100.
///
/// - Reference: Papadopoulos et al., *Outlier Exposure with Confidence Control for Out-of-Distribution Detection*,
///   Neurocomputing 2021, arXiv 1906.03509.
public struct OECCMethod: TrainingMethod {
  /// The knobs.
  public struct Settings: Sendable, Hashable {
    /// The weight of the pictures' term.
    public var lambda1: Float

    /// The weight of the outliers' term.
    public var lambda2: Float

    /// The accuracy A that confidence is to equal.
    public var accuracy: Float

    /// Settings of confidence control.
    public init(lambda1: Float = 0.07, lambda2: Float = 0.05, accuracy: Float = 0.9486) {
      self.lambda1 = lambda1
      self.lambda2 = lambda2
      self.accuracy = accuracy
    }
  }

  /// Outliers are what it learns from.
  public var usesAuxiliary: Bool { true }

  private let settings: Settings

  /// One logit a class.
  public let logitCount: Int

  /// Confidence control for a task; throws a `TrainingError` if there are no outliers.
  public init(_ settings: Settings, _ task: TaskFacts) throws {
    try task.requireOutliers(for: "oecc")
    self.settings = settings
    logitCount = task.classCount
  }

  /// Pictures and outliers together.
  public func inputs(from batch: TrainingBatch, _ context: Context) -> TrainingBatch {
    batch.joined(withAuxiliary: context.tape.arena)
  }

  /// The weighted sum of the three terms.
  public func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor {
    let parts = JoinedOutput(output, of: batch, context)
    let own = context.tape.apply(CrossEntropy(labels: batch.labels), parts.pictures.logits)
    let gap = context.tape.apply(ConfidenceGap(accuracy: settings.accuracy), parts.pictures.logits)
    let gapWeight = settings.lambda1 * 128 / Float(batch.labels.count)
    context.report("loss.id", own.scalar)
    context.report("loss.confidence", gapWeight * gap.scalar)
    guard let outliers = parts.outliers else {
      return context.tape.apply(WeightedSum([1, gapWeight]), own, gap)
    }
    let distance = context.tape.apply(UniformDistance(), outliers.logits)
    let distanceWeight = settings.lambda2 * 256 / Float(batch.outlierCount)
    context.report("loss.uniform", distanceWeight * distance.scalar)
    return context.tape.apply(WeightedSum([1, gapWeight, distanceWeight]), own, gap, distance)
  }
}
