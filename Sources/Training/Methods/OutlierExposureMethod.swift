import Networks
import Tensors

/// Outlier exposure: pictures are to be told apart, outliers to be given all classes alike.
///
///     loss = L(v_in, labels) + λ·mean_out (log Σ exp v − mean v)
///
/// L is cross-entropy, or logit adjustment for "LA+OE". Pictures and outliers pass together, so that normalisation sees
/// both. With a floor ζ, L is |L − ζ| + ζ, as in Unleashing Mask (its "OE+UM"). Every tenth step reports, for the three
/// most and the three least frequent classes, the mean of log(‖ID part‖/‖OOD part‖) of the classifier's gradient (RNA's
/// Figure 2a), as `gradientRatio.head` and `gradientRatio.tail`.
///
/// - Reference: Hendrycks, Mazeika & Dietterich, *Deep Anomaly Detection with Outlier Exposure*, ICLR 2019, arXiv
///   1812.04606.
public struct OutlierExposureMethod: FlooredMethod {
  /// The knobs.
  public struct Settings: Sendable, Hashable {
    /// The weight λ of the outliers' term.
    public var lambda: Float

    /// What is minimised on the pictures.
    public var classification: ClassificationLoss.Settings

    /// Where L settles.
    public var floor: LossFloorChoice

    /// Settings of outlier exposure.
    public init(
      lambda: Float = 0.5, classification: ClassificationLoss.Settings = .init(),
      floor: LossFloorChoice = .none
    ) {
      self.lambda = lambda
      self.classification = classification
      self.floor = floor
    }
  }

  /// Outliers are what it learns from.
  public var usesAuxiliary: Bool { true }

  private let lambda: Float
  private let classification: ClassificationLoss
  private let frequencies: [Int]

  /// ζ.
  public var floor: MeasuredFloor

  /// One logit a class.
  public let logitCount: Int

  /// Outlier exposure for a task; throws a `TrainingError` if there are no outliers.
  public init(_ settings: Settings, _ task: TaskFacts) throws {
    try task.requireOutliers(for: "outlierExposure")
    lambda = settings.lambda
    classification = ClassificationLoss(settings.classification, task)
    floor = MeasuredFloor(settings.floor)
    frequencies = task.classFrequencies
    logitCount = task.classCount
  }

  /// Pictures and outliers together.
  public func inputs(from batch: TrainingBatch, _ context: Context) -> TrainingBatch {
    batch.joined(withAuxiliary: context.tape.arena)
  }

  /// The weighted sum of both terms.
  public func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor {
    let parts = JoinedOutput(output, of: batch, context)
    let own = classification(parts.pictures.logits, batch.labels, context)
    context.report("loss.\(Self.ownPart)", own.scalar)
    let held = floor.applied(to: own, context)
    guard let outliers = parts.outliers else { return held }
    let exposure = context.tape.apply(UniformCrossEntropy(), outliers.logits)
    context.report("loss.oe", exposure.scalar)
    if context.step % Self.splitEvery == 0 {
      let split = ClassifierGradientSplit(
        pictures: parts.pictures, labels: batch.labels, outliers: outliers, lambda: lambda,
        adjusting: classification)
      split.report(to: context, frequencies: frequencies)
    }
    return context.tape.apply(WeightedSum([1, lambda]), held, exposure)
  }

  private static let ownPart = "id"

  /// After how many steps the gradient is split.
  private static let splitEvery = 10
}
