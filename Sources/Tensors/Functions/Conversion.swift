import Kernels

/// The same values in another element type: exact into a wider one, else rounded to nearest, ties to even.
///
/// The gradient is converted back.
///
/// - Shapes: any.
public struct Conversion: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "conversion"

  private let elementType: ElementType

  /// A conversion to that element type.
  public init(to elementType: ElementType) {
    self.elementType = elementType
  }

  /// Converts; saves the input's element type.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: ElementType) {
    (Self.converted(inputs[0], to: elementType, arena), inputs[0].elementType)
  }

  /// dx = dy in x's element type.
  public func backward(
    _ outputGradient: Tensor, _ inputType: ElementType, _ gradients: InputGradients, _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    gradients.add(Self.converted(outputGradient, to: inputType, arena), to: 0)
  }

  private static func converted(_ tensor: Tensor, to elementType: ElementType, _ arena: Arena) -> Tensor {
    guard tensor.elementType != elementType else { return tensor }
    let result = Tensor(tensor.shape, elementType: elementType, in: arena)
    Elementwise.convert(tensor.activations, count: tensor.count, into: result.activations)
    return result
  }
}
