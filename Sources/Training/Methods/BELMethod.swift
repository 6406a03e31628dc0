import Archives
import Detection
import Images
import Networks
import Tensors

/// Balanced energy regularisation: outliers that look like frequent classes are held to more.
///
///     loss = CE(v_in, labels) + w·( mean_in max(0, E − m_in)² + Σ_out Z_γ₂·max(0, m_out − E')²/Σ_out Z_γ₂ )
///     Z_γ = Σ_c p_c·π_γ,c,  π_γ ∝ π^γ,  E' = E − α·Z_γ₁
///
/// π, how often each class is predicted for the outliers, is found when the stage begins, by the network it starts
/// from. The defaults are the authors' for CIFAR-10-LT; CIFAR-100-LT has m_in = −27 and α = 100.
///
/// - Reference: Choi, Jeong & Choi, *Balanced Energy Regularization Loss for Out-of-distribution Detection*, CVPR 2023,
///   arXiv 2306.10485.
public struct BELMethod: TrainingMethod {
  /// The knobs.
  public struct Settings: Sendable, Hashable {
    /// The exponent γ₁ of the prior that shifts energies.
    public var gamma1: Float

    /// The exponent γ₂ of the prior that weighs outliers.
    public var gamma2: Float

    /// How far energies are shifted.
    public var alpha: Float

    /// The energy that pictures are to be below.
    public var mIn: Float

    /// The energy that outliers are to be above.
    public var mOut: Float

    /// The weight of both hinges.
    public var weight: Float

    /// Settings of balanced energy regularisation.
    public init(
      gamma1: Float = 0.75, gamma2: Float = 0.75, alpha: Float = 10, mIn: Float = -23, mOut: Float = -5,
      weight: Float = 0.1
    ) {
      self.gamma1 = gamma1
      self.gamma2 = gamma2
      self.alpha = alpha
      self.mIn = mIn
      self.mOut = mOut
      self.weight = weight
    }
  }

  /// Outliers are what it learns from.
  public var usesAuxiliary: Bool { true }

  private let settings: Settings
  private var prior: [Double]

  /// One logit a class.
  public let logitCount: Int

  /// Balanced energy regularisation for a task; throws a `TrainingError` if there are no outliers.
  public init(_ settings: Settings, _ task: TaskFacts) throws {
    try task.requireOutliers(for: "bel")
    self.settings = settings
    logitCount = task.classCount
    prior = Array(repeating: 1 / Double(task.classCount), count: task.classCount)
  }

  /// Counts the classes that the network predicts for the outliers.
  public mutating func stageWillStart(_ resources: StageResources) throws {
    guard let auxiliary = resources.material.auxiliary else { return }
    let table = try resources.evaluator.table(of: auxiliary.images, name: "auxiliary", areInliers: false)
    var counts = [Double](repeating: 0, count: logitCount)
    for label in try table.predictions() { counts[label] += 1 }
    prior = counts.map { $0 / Double(max(auxiliary.images.count, 1)) }
  }

  /// The prior of the outliers' classes.
  public var state: [NamedArray] {
    [NamedArray("prior", shape: [prior.count], .float32(prior.map(Float.init)))]
  }

  /// Takes the prior over; throws a `FileError` if there is none.
  public mutating func restore(_ state: any TensorFile) throws {
    prior = try state.floats(of: "prior").map(Double.init)
  }

  /// Pictures and outliers together.
  public func inputs(from batch: TrainingBatch, _ context: Context) -> TrainingBatch {
    batch.joined(withAuxiliary: context.tape.arena)
  }

  /// The weighted sum of the three terms.
  public func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor {
    let parts = JoinedOutput(output, of: batch, context)
    let own = context.tape.apply(CrossEntropy(labels: batch.labels), parts.pictures.logits)
    let inside = context.tape.apply(
      EnergyHinge(margin: settings.mIn, allowed: .below), parts.pictures.logits)
    context.report("loss.id", own.scalar)
    context.report("loss.hingeIn", inside.scalar)
    guard let outliers = parts.outliers else {
      return context.tape.apply(WeightedSum([1, settings.weight]), own, inside)
    }
    let outside = context.tape.apply(
      BalancedEnergyHinge(
        prior: prior, margin: settings.mOut, alpha: settings.alpha, gammaShift: settings.gamma1,
        gammaWeight: settings.gamma2), outliers.logits)
    context.report("loss.hingeOut", outside.scalar)
    return context.tape.apply(
      WeightedSum([1, settings.weight, settings.weight]), own, inside, outside)
  }
}
