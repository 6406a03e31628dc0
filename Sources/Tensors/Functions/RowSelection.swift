import Kernels

/// Some neighbouring rows of a batch: those of one kind where several go through the network together.
///
/// The pullback gives the other rows a gradient of zero.
///
/// - Shapes: x `[rows, …]`, y the same with fewer rows; either element type.
public struct RowSelection: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "row-selection"

  private let rows: Range<Int>

  /// The rows in a range.
  public init(_ rows: Range<Int>) {
    self.rows = rows
  }

  /// Copies the rows; saves the input's shape.
  ///
  /// - Precondition: there are such rows.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Shape) {
    let (input, shape) = (inputs[0], inputs[0].shape)
    precondition(
      shape.rank > 0 && !rows.isEmpty && rows.lowerBound >= 0 && rows.upperBound <= shape[0],
      "\(Self.name): rows \(rows) of a shape of \(shape)")
    let width = shape.count / shape[0]
    let output = Tensor(
      Shape([rows.count] + shape.extents.dropFirst()), elementType: input.elementType, in: arena)
    output.activations.copy(input.activations + rows.lowerBound * width, output.count)
    return (output, shape)
  }

  /// dx = dy in the rows, else 0.
  public func backward(
    _ outputGradient: Tensor, _ shape: Shape, _ gradients: InputGradients, _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    let gradient = Tensor(shape, elementType: outputGradient.elementType, in: arena)
    gradient.activations.clear(gradient.count)
    (gradient.activations + rows.lowerBound * (shape.count / shape[0])).copy(
      outputGradient.activations, outputGradient.count)
    gradients.add(gradient, to: 0)
  }
}
