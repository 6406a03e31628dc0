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
  /// The velocities of all parameters, one after the other; zero until a parameter's first gradient.
  private var velocities: [Float]
  /// Where the velocity of each parameter begins.
  private let offsets: [Int]
  /// Whether a parameter has had a gradient.
  private var hasMoved: [Bool]

  /// An optimizer at rest.
  public init(_ settings: Settings, _ parameters: [NamedParameter]) {
    self.settings = settings
    self.parameters = parameters
    var count = 0
    offsets = parameters.map { named in
      defer { count += named.parameter.value.count }
      return count
    }
    velocities = Array(repeating: 0, count: count)
    hasMoved = Array(repeating: false, count: parameters.count)
  }

  /// Takes one step along the velocities, and drops the gradients.
  public func step(learningRate: Float) {
    velocities.withUnsafeMutableBufferPointer { velocities in
      guard let first = velocities.baseAddress else { return }
      var updates: [ParameterUpdate] = []
      for (index, named) in parameters.enumerated() {
        guard let gradient = named.parameter.gradient else { continue }
        hasMoved[index] = true
        let value = named.parameter.value
        updates.append(
          ParameterUpdate(
            weights: value.pointer, velocity: first + offsets[index], gradient: gradient.pointer,
            count: value.count))
      }
      ParameterUpdate.descend(
        updates, learningRate: learningRate, momentum: settings.momentum, weightDecay: settings.weightDecay,
        nesterov: settings.nesterov)
    }
    for named in parameters { named.parameter.gradient = nil }
  }

  /// The velocity of every parameter that has had a gradient.
  public var state: [NamedArray] {
    parameters.indices.filter { hasMoved[$0] }.map { index in
      let value = parameters[index].parameter.value
      let velocity = Array(velocities[offsets[index]..<offsets[index] + value.count])
      return NamedArray(parameters[index].name, shape: value.shape.extents, .float32(velocity))
    }
  }

  /// Takes over velocities; throws a `FileError` if one belongs to no parameter or has another shape.
  public func restore(_ file: SafeTensorsFile) throws {
    var restored = [Float](repeating: 0, count: velocities.count)
    var found = [Bool](repeating: false, count: parameters.count)
    for name in file.names {
      guard let index = parameters.firstIndex(where: { $0.name == name }) else {
        throw FileError(file.path, "has a velocity for \(name), which is not trained")
      }
      let shape = parameters[index].parameter.value.shape
      let given = Shape(try file.shape(of: name))
      guard given == shape else {
        throw FileError(
          file.path, "the velocity of \(name) has shape \(given), its parameter has shape \(shape)")
      }
      restored.replaceSubrange(offsets[index]..<offsets[index] + shape.count, with: try file.floats(of: name))
      found[index] = true
    }
    velocities = restored
    hasMoved = found
  }
}
