import Kernels

/// Rectifier: y = max(x, 0), elementwise.
///
/// The subgradient at 0 is 0, as in PyTorch; a NaN stays NaN. Saves its output, whose sign is all that
/// the pullback needs.
///
/// - Shapes: any.
public struct ReLU: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "relu"

  /// A rectifier.
  public init() {}

  /// Computes the output; saves it.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Tensor) {
    let input = inputs[0]
    let output = Tensor(input.shape, elementType: input.elementType, in: arena)
    Elementwise.relu(input.activations, count: input.count, into: output.activations)
    return (output, output)
  }

  /// dx = dy where y > 0, else 0.
  public func backward(
    _ outputGradient: Tensor, _ output: Tensor, _ gradients: InputGradients, _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    let gradient = Tensor(output.shape, elementType: output.elementType, in: arena)
    Elementwise.reluGradient(
      output: output.activations, outputGradient: outputGradient.activations, count: output.count,
      into: gradient.activations)
    gradients.add(gradient, to: 0)
  }
}
