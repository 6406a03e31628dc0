import Archives
import Networks
import Tensors

/// Unleashing Mask with an adopted prune (UMAP): masks learn to forget, the weights stay as they are.
///
/// Every convolution and the classifier get scores, of which the largest decide which weights count; only scores learn,
/// by UM's loss |ℓ − ζ| + ζ, or by that of a method with outliers whose ℓ is held like this ("OE+UMAP").
/// Normalisations move a second set of running estimates. Without masks, and with the first estimates, the network is
/// what it was.
///
/// - Reference: Zhu et al., *Unleashing Mask: Explore the Intrinsic Out-of-Distribution Detection Capability*, ICML
///   2023, arXiv 2306.03715, section 3.4.
public struct UMAPMethod: TrainingMethod {
  /// The knobs.
  public struct Settings: Sendable, Hashable {
    /// Where the loss settles; `.none` is the control that only prunes.
    public var floor: LossFloorChoice

    /// The share of the weights that counts.
    public var kept: Double

    /// What is minimised on outliers besides; nil for none.
    ///
    /// Its own floor does not count.
    public var outliers: OutlierLossChoice?

    /// Settings of UMAP.
    public init(
      floor: LossFloorChoice = .measured(MaskedLoss()), kept: Double = 0.8,
      outliers: OutlierLossChoice? = nil
    ) {
      self.floor = floor
      self.kept = kept
      self.outliers = outliers
    }
  }

  /// Scores are made for it.
  public static var learnsMasks: Bool { true }

  private let kept: Double
  private var loss: any TrainingMethod

  /// One logit a class.
  public var logitCount: Int { loss.logitCount }

  /// Whether there is a loss for outliers.
  public var usesAuxiliary: Bool { loss.usesAuxiliary }

  /// UMAP for a task; throws a `TrainingError` if there are no outliers where it is to learn from some.
  public init(_ settings: Settings, _ task: TaskFacts) throws {
    kept = settings.kept
    loss =
      try settings.outliers?.method(floor: settings.floor, task)
      ?? UnleashingMaskMethod(UnleashingMaskMethod.Settings(floor: settings.floor), task)
  }

  /// Gives the weights scores and the normalisations second estimates, and freezes all else; those of a stage before go on.
  public mutating func arrange(_ network: Network, _ initializer: Initializer) {
    network.learnMasks(keeping: kept, initializer)
  }

  /// Measures ζ, or what it is chosen from on the network without its masks.
  public mutating func stageWillStart(_ resources: StageResources) throws {
    try loss.stageWillStart(resources)
  }

  /// The trials that choose ζ, where it is to be chosen.
  public var trials: MethodTrials? {
    loss.trials?.map { loss in
      var method = self
      method.loss = loss
      return method
    }
  }

  /// Takes the ζ of the best trial.
  public mutating func conclude(from figures: [Double]) { loss.conclude(from: figures) }

  /// Lets the loss choose its outliers, by the network with its masks.
  public mutating func epochWillStart(_ epoch: Int, _ resources: StageResources) throws {
    try loss.epochWillStart(epoch, resources)
  }

  /// Those that the loss chose.
  public var chosenOutliers: [Int]? { loss.chosenOutliers }

  /// ζ, and what the loss for outliers remembers.
  public var state: [NamedArray] { loss.state }

  /// Takes it over.
  public mutating func restore(_ state: any TensorFile) throws { try loss.restore(state) }

  /// The rows of the loss.
  public func inputs(from batch: TrainingBatch, _ context: Context) -> TrainingBatch {
    loss.inputs(from: batch, context)
  }

  /// UM's loss, or that with outliers.
  public func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor {
    loss.loss(output, batch, context)
  }
}
