import Kernels

/// Sum of two tensors of one shape: y = a + b.
///
/// The gradient of both inputs is the output's own, passed on without a copy.
public struct Addition: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "addition"

  /// An addition.
  public init() {}

  /// Computes the sum.
  ///
  /// - Precondition: both inputs have the same shape and element type.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Void) {
    let (a, b) = (inputs[0], inputs[1])
    precondition(a.shape == b.shape, "addition: shapes \(a.shape) and \(b.shape) differ")
    let output = Tensor(a.shape, elementType: a.elementType, in: arena)
    Elementwise.add(a.activations, b.activations, count: output.count, into: output.activations)
    return (output, ())
  }

  /// da = db = dy.
  public func backward(
    _ outputGradient: Tensor, _ saved: Void, _ gradients: InputGradients, _ arena: Arena
  ) {
    for input in 0..<2 where gradients.wants(input) { gradients.add(outputGradient, to: input) }
  }
}
