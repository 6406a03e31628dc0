import Networks
import Tensors

/// Energy-bounded fine-tuning, "Energy-OE": the energies of pictures and outliers are drawn apart by two hinges.
///
///     loss = L(v_in, labels) + w·( mean_in max(0, E − m_in)² + mean_out max(0, m_out − E)² ),  E = −log Σ exp v
///
/// With a floor ζ, L is |L − ζ| + ζ, as in Unleashing Mask. It starts from a trained network. Margins are those of the
/// authors for CIFAR-10; CIFAR-100 has −27 and −5. A network's energies are far from m_in at first, so the loss starts in
/// the hundreds and wants a small learning rate.
///
/// - Reference: Liu, Wang, Owens & Li, *Energy-based Out-of-distribution Detection*, NeurIPS 2020, arXiv 2010.03759.
public struct EnergyBoundedMethod: FlooredMethod {
  /// The knobs.
  public struct Settings: Sendable, Hashable {
    /// The energy that pictures are to be below.
    public var mIn: Float

    /// The energy that outliers are to be above.
    public var mOut: Float

    /// The weight of both hinges.
    public var weight: Float

    /// What is minimised on the pictures besides.
    public var classification: ClassificationLoss.Settings

    /// Where L settles.
    public var floor: LossFloorChoice

    /// Settings of energy-bounded fine-tuning.
    public init(
      mIn: Float = -23, mOut: Float = -5, weight: Float = 0.1,
      classification: ClassificationLoss.Settings = .init(), floor: LossFloorChoice = .none
    ) {
      self.floor = floor
      self.mIn = mIn
      self.mOut = mOut
      self.weight = weight
      self.classification = classification
    }
  }

  /// Outliers are what it learns from.
  public var usesAuxiliary: Bool { true }

  private let settings: Settings
  private let classification: ClassificationLoss

  /// ζ.
  public var floor: MeasuredFloor

  /// One logit a class.
  public let logitCount: Int

  /// Fine-tuning for a task; throws a `TrainingError` if there are no outliers.
  public init(_ settings: Settings, _ task: TaskFacts) throws {
    try task.requireOutliers(for: "energyBounded")
    self.settings = settings
    classification = ClassificationLoss(settings.classification, task)
    floor = MeasuredFloor(settings.floor)
    logitCount = task.classCount
  }

  /// Pictures and outliers together.
  public func inputs(from batch: TrainingBatch, _ context: Context) -> TrainingBatch {
    batch.joined(withAuxiliary: context.tape.arena)
  }

  /// The weighted sum of the three terms.
  public func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor {
    let parts = JoinedOutput(output, of: batch, context)
    let own = classification(parts.pictures.logits, batch.labels, context)
    let inside = context.tape.apply(
      EnergyHinge(margin: settings.mIn, allowed: .below), parts.pictures.logits)
    context.report("loss.id", own.scalar)
    context.report("loss.hingeIn", inside.scalar)
    let held = floor.applied(to: own, context)
    guard let outliers = parts.outliers else {
      return context.tape.apply(WeightedSum([1, settings.weight]), held, inside)
    }
    let outside = context.tape.apply(EnergyHinge(margin: settings.mOut, allowed: .above), outliers.logits)
    context.report("loss.hingeOut", outside.scalar)
    return context.tape.apply(
      WeightedSum([1, settings.weight, settings.weight]), held, inside, outside)
  }
}
