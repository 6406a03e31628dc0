import Archives
import Networks
import Tensors

/// Unleashing Mask with an adopted prune (UMAP): masks learn to forget, the weights stay as they are.
///
/// Every convolution and the classifier get scores, of which the largest decide which weights count; only scores learn,
/// by UM's loss |ℓ − ζ| + ζ. Normalisations move a second set of running estimates. Without masks, and with the first
/// estimates, the network is what it was.
///
/// - Reference: Zhu et al., *Unleashing Mask: Explore the Intrinsic Out-of-Distribution Detection Capability*, ICML
///   2023, arXiv 2306.03715, section 3.4; METHODS D21.
public struct UMAPMethod: TrainingMethod {
  /// The knobs.
  public struct Settings: Sendable, Hashable {
    /// Where the loss settles; `.none` is the control that only prunes.
    public var floor: LossFloorChoice

    /// The share of the weights that counts.
    public var kept: Double

    /// Settings of UMAP.
    public init(floor: LossFloorChoice = .measured(MaskedLoss()), kept: Double = 0.8) {
      self.floor = floor
      self.kept = kept
    }
  }

  /// Scores are made for it.
  public static var learnsMasks: Bool { true }

  private let settings: Settings
  private var floor = MeasuredFloor()

  /// One logit a class.
  public let logitCount: Int

  /// UMAP for a task.
  public init(_ settings: Settings, _ task: TaskFacts) {
    self.settings = settings
    logitCount = task.classCount
  }

  /// Gives the weights scores, freezes all else, and adds the second estimates.
  public mutating func arrange(_ network: Network, _ initializer: Initializer) {
    // Scores and estimates of a stage before go on.
    if !network.hasLearnedMasks { network.addSecondEstimates(in: initializer.arena) }
    network.learnMasks(keeping: settings.kept, initializer)
  }

  /// Measures ζ, or what it is chosen from on the network without its masks.
  public mutating func stageWillStart(_ resources: StageResources) throws {
    let network = resources.network
    network.appliesMasks = false
    network.usesSecondEstimates = false
    defer {
      network.appliesMasks = true
      network.usesSecondEstimates = true
    }
    try floor.prepare(settings.floor, resources)
  }

  /// The trials that choose ζ, where it is to be chosen.
  public var trials: MethodTrials? {
    floor.trials(of: settings.floor) { floor in
      var method = self
      method.floor = floor
      return method
    }
  }

  /// Takes the ζ of the best trial.
  public mutating func conclude(from figures: [Double]) { floor.conclude(settings.floor, from: figures) }

  /// ζ, and how it was chosen.
  public var state: [NamedArray] { floor.state }

  /// Takes ζ over.
  public mutating func restore(_ state: any TensorFile) throws { try floor.restore(state) }

  /// |ℓ − ζ| + ζ; reports ζ and ℓ.
  public func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor {
    let loss = context.tape.apply(CrossEntropy(labels: batch.labels), output.logits)
    return floor.applied(to: loss, context)
  }
}
