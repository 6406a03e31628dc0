import Archives
import Kernels
import Tensors

/// Stochastic gradient descent with momentum, in PyTorch's convention.
///
///     g = gradient + weightDecay·θ;  v = momentum·v + g;  θ −= learningRate·(nesterov ? g + momentum·v : v)
///
/// The velocity is not multiplied by the learning rate, so a change of rate acts at once on all that has
/// accumulated. Weight decay reaches every parameter, biases and normalisation included.
public final class SGD: Optimizer {
  /// The knobs.
  public struct Settings: Sendable, Hashable {
    /// What remains of the velocity from step to step.
    public var momentum: Float

    /// How much of the parameter is added to its gradient.
    public var weightDecay: Float

    /// Whether the step looks ahead along the new velocity.
    public var nesterov: Bool

    /// Settings; the defaults are those of OpenOOD's baselines.
    public init(momentum: Float = 0.9, weightDecay: Float = 5e-4, nesterov: Bool = true) {
      self.momentum = momentum
      self.weightDecay = weightDecay
      self.nesterov = nesterov
    }
  }

  private let settings: Settings
  private let parameters: [NamedParameter]
  /// One a parameter; nil until its first gradient.
  private var velocities: [[Float]?]

  /// An optimizer at rest.
  public init(_ settings: Settings, _ parameters: [NamedParameter]) {
    self.settings = settings
    self.parameters = parameters
    velocities = Array(repeating: nil, count: parameters.count)
  }

  /// Takes one step along the velocities, and drops the gradients.
  public func step(learningRate: Float) {
    for (index, named) in parameters.enumerated() {
      let parameter = named.parameter
      guard let gradient = parameter.gradient else { continue }
      var velocity = velocities[index] ?? Array(repeating: 0, count: parameter.value.count)
      // The array is moved out and back, so that it is not copied.
      velocities[index] = nil
      Elementwise.sgdStep(
        weights: parameter.value.pointer, velocity: &velocity, gradient: gradient.pointer,
        count: parameter.value.count, learningRate: learningRate, momentum: settings.momentum,
        weightDecay: settings.weightDecay, nesterov: settings.nesterov)
      velocities[index] = velocity
      parameter.gradient = nil
    }
  }

  /// The velocity of every parameter that has had a gradient.
  public var state: [NamedArray] {
    zip(parameters, velocities).compactMap { named, velocity in
      velocity.map { NamedArray(named.name, shape: named.parameter.value.shape.extents, .float32($0)) }
    }
  }

  /// Takes over velocities; throws a `FileError` if one belongs to no parameter or has another shape.
  public func restore(_ file: SafeTensorsFile) throws {
    var restored = [[Float]?](repeating: nil, count: parameters.count)
    for name in file.names {
      guard let index = parameters.firstIndex(where: { $0.name == name }) else {
        throw FileError(file.path, "has a velocity for \(name), which is not trained")
      }
      let shape = parameters[index].parameter.value.shape
      let found = Shape(try file.shape(of: name))
      guard found == shape else {
        throw FileError(
          file.path, "the velocity of \(name) has shape \(found), its parameter has shape \(shape)")
      }
      restored[index] = try file.floats(of: name)
    }
    velocities = restored
  }
}
