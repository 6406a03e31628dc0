import Archives
import Kernels

/// Stochastic gradient descent with momentum, in PyTorch's convention.
///
///     g = gradient + weightDecay·θ;  v = momentum·v + g;  θ −= learningRate·(nesterov ? g + momentum·v : v)
///
/// The velocity is not multiplied by the learning rate, so a change of rate acts at once on all that has
/// accumulated.
public final class SGD: Optimizer {
  /// The knobs.
  public struct Settings: Sendable, Hashable {
    /// What remains of the velocity from step to step.
    public var momentum: Float

    /// How much of the parameter is added to its gradient.
    public var weightDecay: Float

    /// Whether the step looks ahead along the new velocity.
    public var nesterov: Bool

    /// Which parameters the decay reaches.
    public var decayScope: DecayScope

    /// Settings; the defaults are those of OpenOOD's baselines.
    public init(
      momentum: Float = 0.9, weightDecay: Float = 5e-4, nesterov: Bool = true, decayScope: DecayScope = .all
    ) {
      self.momentum = momentum
      self.weightDecay = weightDecay
      self.nesterov = nesterov
      self.decayScope = decayScope
    }
  }

  private let settings: Settings
  private let memory: OptimizerMemory

  /// An optimizer at rest.
  public init(_ settings: Settings, _ parameters: [NamedParameter]) {
    self.settings = settings
    memory = OptimizerMemory(
      [OptimizerMemory.Kind(title: "the velocity", suffix: "")], of: parameters, savesSteps: false)
  }

  /// Takes one step along the velocities, and drops the gradients.
  public func step(learningRate: Float) {
    memory.step(weightDecay: settings.weightDecay, reaching: settings.decayScope) { updates in
      ParameterUpdate.descend(
        updates, learningRate: learningRate, momentum: settings.momentum, nesterov: settings.nesterov)
    }
  }

  /// The velocity of every parameter that has had a gradient, under the parameter's name.
  public var state: [NamedArray] { memory.arrays }

  /// Takes over velocities; throws a `FileError` if one belongs to no parameter or has another shape.
  public func restore(_ file: SafeTensorsFile) throws { try memory.restore(file) }
}
