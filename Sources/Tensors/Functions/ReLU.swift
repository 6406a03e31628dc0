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
    let output = Tensor(input.shape, in: arena)
    Elementwise.relu(input.pointer, count: input.count, into: output.pointer)
    return (output, output)
  }

  /// dx = dy where y > 0, else 0.
  public func backward(
    _ outputGradient: Tensor, _ output: Tensor, _ gradients: InputGradients, _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    let gradient = Tensor(output.shape, in: arena)
    Elementwise.reluGradient(
      output: output.pointer, outputGradient: outputGradient.pointer, count: output.count,
      into: gradient.pointer)
    gradients.add(gradient, to: 0)
  }
}
