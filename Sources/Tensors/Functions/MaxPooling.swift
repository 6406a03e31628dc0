import Kernels

/// Maximum over square windows; the margin takes no part.
///
/// Among equal maxima the first pixel in row-major order receives the gradient, as in PyTorch.
///
/// - Shapes: x `[batch, height, width, channels]`; y `[batch, height', width', channels]` with
///   height' = (height + 2·padding − size) / stride + 1.
public struct MaxPooling: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "max-pooling"

  private let size: Int
  private let stride: Int
  private let padding: Int

  /// Maxima over windows of `size`×`size` pixels every `stride` pixels.
  public init(size: Int, stride: Int, padding: Int = 0) {
    self.size = size
    self.stride = stride
    self.padding = padding
  }

  /// Computes the maxima; saves input and output.
  public func forward(
    _ inputs: [Tensor], _ arena: Arena
  ) -> (output: Tensor, saved: (input: Tensor, output: Tensor)) {
    let input = inputs[0]
    let shape = PoolingShape(of: input, size: size, stride: stride, padding: padding)
    let output = Tensor(
      [shape.batch, shape.outputHeight, shape.outputWidth, shape.channels], elementType: input.elementType,
      in: arena)
    Pooling.maximum(shape, input.activations, into: output.activations)
    return (output, (input, output))
  }

  /// Hands each dy to the pixel that was the maximum.
  public func backward(
    _ outputGradient: Tensor, _ saved: (input: Tensor, output: Tensor), _ gradients: InputGradients,
    _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    let shape = PoolingShape(of: saved.input, size: size, stride: stride, padding: padding)
    let gradient = Tensor(saved.input.shape, elementType: saved.input.elementType, in: arena)
    Pooling.maximumGradient(
      shape, input: saved.input.activations, output: saved.output.activations,
      outputGradient: outputGradient.activations, into: gradient.activations)
    gradients.add(gradient, to: 0)
  }
}
