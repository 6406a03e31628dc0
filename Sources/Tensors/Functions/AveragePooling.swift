import Kernels

/// Mean over square windows.
///
/// - Shapes: x `[batch, height, width, channels]`; y `[batch, height', width', channels]` with
///   height' = (height − size) / stride + 1.
public struct AveragePooling: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "average-pooling"

  private let size: Int
  private let stride: Int

  /// Means over windows of `size`×`size` pixels every `stride` pixels.
  public init(size: Int, stride: Int) {
    self.size = size
    self.stride = stride
  }

  /// Computes the means; saves the extents.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: PoolingShape) {
    let input = inputs[0]
    let shape = PoolingShape(of: input, size: size, stride: stride, padding: 0)
    let output = Tensor(
      [shape.batch, shape.outputHeight, shape.outputWidth, shape.channels], elementType: input.elementType,
      in: arena)
    Pooling.average(shape, input.activations, into: output.activations)
    return (output, shape)
  }

  /// Spreads dy evenly over each window.
  public func backward(
    _ outputGradient: Tensor, _ shape: PoolingShape, _ gradients: InputGradients, _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    let gradient = Tensor(
      [shape.batch, shape.height, shape.width, shape.channels], elementType: outputGradient.elementType,
      in: arena)
    Pooling.averageGradient(shape, outputGradient: outputGradient.activations, into: gradient.activations)
    gradients.add(gradient, to: 0)
  }
}

extension PoolingShape {
  init(of input: Tensor, size: Int, stride: Int, padding: Int) {
    precondition(
      input.shape.rank == 4, "pooling takes [batch, height, width, channels], got shape \(input.shape)")
    self.init(
      batch: input.shape[0], height: input.shape[1], width: input.shape[2], channels: input.shape[3],
      size: size, stride: stride, padding: padding)
  }
}
