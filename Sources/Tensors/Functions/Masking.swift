import Kernels

/// A product with a constant mask, element by element: y = mask·x, dx = mask·dy.
///
/// - Shapes: x and y of the mask's shape, float32.
public struct Masking: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "masking"

  private let mask: Tensor

  /// A product with `mask`, of zeros and ones as a rule.
  public init(_ mask: Tensor) {
    self.mask = mask
  }

  /// Computes the product.
  ///
  /// - Precondition: x has the mask's shape.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Void) {
    precondition(
      inputs[0].shape == mask.shape, "\(Self.name): a mask of \(mask.shape) on \(inputs[0].shape)")
    return (product(inputs[0], arena), ())
  }

  /// dx = mask·dy.
  public func backward(
    _ outputGradient: Tensor, _ saved: Void, _ gradients: InputGradients, _ arena: Arena
  ) {
    if gradients.wants(0) { gradients.add(product(outputGradient, arena), to: 0) }
  }

  private func product(_ x: Tensor, _ arena: Arena) -> Tensor {
    let output = Tensor(x.shape, in: arena)
    Elementwise.multiply(x.pointer, mask.pointer, count: x.count, into: output.pointer)
    return output
  }
}
