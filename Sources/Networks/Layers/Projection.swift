import Tensors

/// A second head beside the classifier: linear, rectifier, linear.
///
/// - Shapes: `[batch, inputs]` to `[batch, outputs]`. In checkpoints "0" and "2", as in PyTorch's `Sequential`.
public final class Projection: Layer {
  /// The widths of a projection.
  public struct Widths: Sendable, Hashable {
    /// Width between the linear maps.
    public let hidden: Int

    /// Width of the output.
    public let outputs: Int

    /// Widths that are positive.
    public init(hidden: Int, outputs: Int) {
      precondition(hidden > 0 && outputs > 0, "a projection's widths must be positive: \(hidden), \(outputs)")
      self.hidden = hidden
      self.outputs = outputs
    }
  }

  private let first, second: Linear

  /// A projection of features of width `inputs`; weights and biases start uniform in ±1/√inputs of their map.
  public init(_ inputs: Int, _ widths: Widths, _ initializer: Initializer) {
    first = Linear(inputs, widths.hidden, startsBiasUniform: true, initializer)
    second = Linear(widths.hidden, widths.outputs, startsBiasUniform: true, initializer)
  }

  /// Both linear maps.
  public var parts: [Part] {
    Part.layer("0", first)
    Part.layer("2", second)
  }

  /// The projected features.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    second(context.tape.apply(ReLU(), first(input, context)), context)
  }
}
