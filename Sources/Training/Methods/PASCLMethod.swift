import Images
import Networks
import Tensors

/// PASCL: outlier exposure, and a contrast that draws tail classes together and away from outliers.
///
///     loss = CE(both views, labels) + λ·mean_out (log Σ exp v − mean v) + Λ₂·L_con
///
/// L_con, see `OutlierContrast`, is over both views of the pictures of the rarest 40 % of the classes; outliers stand
/// in its denominators alone. It sees features through a head of two linear maps, brought to length 1. Its second stage
/// is `LogitAdjustmentMethod` on normalisations and classifier. CIFAR-10-LT has T = 0.07 and Λ₂ = 0.1, CIFAR-100-LT 0.2
/// and 0.02.
///
/// - Reference: Wang et al., *Partial and Asymmetric Contrastive Learning for Out-of-Distribution Detection in
///   Long-Tailed Recognition*, ICML 2022, arXiv 2207.01160.
public struct PASCLMethod: TrainingMethod {
  /// The knobs.
  public struct Settings: Sendable, Hashable {
    /// The weight λ of the outliers' term.
    public var lambda: Float

    /// The weight Λ₂ of the contrast.
    public var contrast: Float

    /// The temperature T of the contrast.
    public var temperature: Float

    /// The share of the classes, the rarest, that the contrast is about.
    public var tail: Double

    /// Settings of PASCL.
    public init(
      lambda: Float = 0.5, contrast: Float = 0.1, temperature: Float = 0.07, tail: Double = 0.4
    ) {
      self.lambda = lambda
      self.contrast = contrast
      self.temperature = temperature
      self.tail = tail
    }
  }

  /// Outliers are what it learns from.
  public var usesAuxiliary: Bool { true }

  private let settings: Settings
  private let isTail: [Bool]
  private let head = AttachedHead()

  /// One logit a class.
  public let logitCount: Int

  /// PASCL for a task; throws a `TrainingError` if there are no outliers.
  public init(_ settings: Settings, _ task: TaskFacts) throws {
    try task.requireOutliers(for: "pascl")
    self.settings = settings
    logitCount = task.classCount
    isTail = Self.tailClasses(task.classFrequencies, share: settings.tail)
  }

  /// Whether each class is among the rarest: those of rank round((1 − share)·C) and later, the most frequent first.
  public static func tailClasses(_ frequencies: [Int], share: Double) -> [Bool] {
    let order = frequencies.indices.sorted { (frequencies[$1], $0) < (frequencies[$0], $1) }
    let first = Int(((1 - share) * Double(frequencies.count)).rounded())
    var isTail = [Bool](repeating: false, count: frequencies.count)
    for label in order.dropFirst(first) { isTail[label] = true }
    return isTail
  }

  /// Two views with draws of their own.
  public var views: PicturePipeline.Views { .independent(2) }

  /// Attaches the head of the contrast.
  public func arrange(_ network: Network, _ initializer: Initializer) {
    let width = network.featureWidth
    head.attach(
      Projection(width, Projection.Widths(hidden: width, outputs: 128), initializer), to: network,
      as: "projection")
  }

  /// Both views and the outliers together.
  public func inputs(from batch: TrainingBatch, _ context: Context) -> TrainingBatch {
    batch.joined(withAuxiliary: context.tape.arena)
  }

  /// The weighted sum of the three terms.
  public func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor {
    let parts = JoinedOutput(output, of: batch, context)
    let own = context.tape.apply(CrossEntropy(labels: batch.labels), parts.pictures.logits)
    context.report("loss.id", own.scalar)
    guard let outliers = parts.outliers else { return own }
    let exposure = context.tape.apply(UniformCrossEntropy(), outliers.logits)
    context.report("loss.oe", exposure.scalar)
    let anchors = batch.labels.indices.filter { isTail[batch.labels[$0]] }
    guard !anchors.isEmpty else {
      return context.tape.apply(WeightedSum([1, settings.lambda]), own, exposure)
    }
    let rows = anchors + (batch.labels.count..<output.features.shape[0])
    let features = context.tape.apply(RowGathering(rows), output.features)
    let z = context.tape.apply(RowNormalization(), head(features, context))
    let contrast = context.tape.apply(
      OutlierContrast(labels: anchors.map { batch.labels[$0] }, temperature: settings.temperature), z)
    context.report("loss.contrast", contrast.scalar)
    return context.tape.apply(
      WeightedSum([1, settings.lambda, settings.contrast]), own, exposure, contrast)
  }
}
