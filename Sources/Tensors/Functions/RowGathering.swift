import Kernels

/// Any rows of a batch, in any order, a row several times if it is asked for so.
///
/// The pullback adds each row's gradient to where it came from.
///
/// - Shapes: x `[rows, …]`, y `[indices, …]`, float32.
public struct RowGathering: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "row-gathering"

  private let indices: [Int]

  /// The rows of these indices, in this order.
  public init(_ indices: [Int]) {
    self.indices = indices
  }

  /// Copies the rows; saves the input's shape.
  ///
  /// - Precondition: there is an index and such rows; x is float32.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Shape) {
    let (input, shape) = (inputs[0], inputs[0].shape)
    precondition(
      shape.rank > 0 && !indices.isEmpty && indices.allSatisfy { (0..<shape[0]).contains($0) },
      "\(Self.name): \(indices.count) rows of a shape of \(shape)")
    let width = shape.count / shape[0]
    let output = Tensor(Shape([indices.count] + shape.extents.dropFirst()), in: arena)
    for (row, index) in indices.enumerated() {
      (output.pointer + row * width).update(from: input.pointer + index * width, count: width)
    }
    return (output, shape)
  }

  /// dx = Σ dy over the rows that came from there.
  public func backward(
    _ outputGradient: Tensor, _ shape: Shape, _ gradients: InputGradients, _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    let gradient = Tensor(shape, filledWith: 0, in: arena)
    let width = shape.count / shape[0]
    for (row, index) in indices.enumerated() {
      for i in 0..<width {
        gradient.pointer[index * width + i] += outputGradient.pointer[row * width + i]
      }
    }
    gradients.add(gradient, to: 0)
  }
}
