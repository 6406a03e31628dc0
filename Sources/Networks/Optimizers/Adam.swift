import Archives
import Kernels

/// Adam and AdamW in PyTorch's convention (Kingma and Ba 2015; Loshchilov and Hutter 2019).
///
///     m = β₁·m + (1 − β₁)·g;  v = β₂·v + (1 − β₂)·g²
///     θ −= learningRate/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε)
///
/// Adam adds weightDecay·θ to the gradient g. AdamW leaves the gradient alone and multiplies θ by
/// 1 − learningRate·weightDecay before the step. t counts the steps of each parameter from 1.
///
/// - Cost: two values a weight in memory; one pass over four streams a step.
public final class Adam: Optimizer {
  /// The knobs.
  public struct Settings: Sendable, Hashable {
    /// What remains of the mean of the gradient from step to step, β₁.
    public var firstBeta: Float

    /// What remains of the mean of the squared gradient, β₂.
    public var secondBeta: Float

    /// What keeps the divisor away from zero, added after the bias correction.
    public var epsilon: Float

    /// How much a weight decays.
    public var weightDecay: Float

    /// Whether the decay bypasses the moments, which is AdamW.
    public var decouplesDecay: Bool

    /// Which parameters the decay reaches.
    public var decayScope: DecayScope

    /// Settings; the defaults are PyTorch's of Adam.
    public init(
      firstBeta: Float = 0.9, secondBeta: Float = 0.999, epsilon: Float = 1e-8, weightDecay: Float = 0,
      decouplesDecay: Bool = false, decayScope: DecayScope = .all
    ) {
      self.firstBeta = firstBeta
      self.secondBeta = secondBeta
      self.epsilon = epsilon
      self.weightDecay = weightDecay
      self.decouplesDecay = decouplesDecay
      self.decayScope = decayScope
    }
  }

  private let settings: Settings
  private let memory: OptimizerMemory

  /// An optimizer that has taken no step.
  public init(_ settings: Settings, _ parameters: [NamedParameter]) {
    self.settings = settings
    memory = OptimizerMemory(
      [
        OptimizerMemory.Kind(title: "the mean of the gradient", suffix: ".exp_avg"),
        OptimizerMemory.Kind(title: "the mean of the squared gradient", suffix: ".exp_avg_sq"),
      ], of: parameters, savesSteps: true)
  }

  /// Takes one step, and drops the gradients.
  public func step(learningRate: Float) {
    memory.step(weightDecay: settings.weightDecay, reaching: settings.decayScope) { updates in
      ParameterUpdate.adapt(
        updates, learningRate: learningRate, betas: (settings.firstBeta, settings.secondBeta),
        epsilon: settings.epsilon, isDecoupled: settings.decouplesDecay)
    }
  }

  /// Both moments and the steps of every parameter that has had a gradient, under the parameter's name with
  /// `.exp_avg`, `.exp_avg_sq` and `.step`.
  public var state: [NamedArray] { memory.arrays }

  /// Takes over a state; throws a `FileError` if a part belongs to no parameter, is missing or has another shape.
  public func restore(_ file: SafeTensorsFile) throws { try memory.restore(file) }
}
