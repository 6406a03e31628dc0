import Kernels

/// Mean over all pixels of an image: the pooled feature of a convolutional network.
///
/// - Shapes: x `[batch, height, width, channels]`; y `[batch, channels]`, float32 whatever x is: features,
///   heads and losses are.
public struct GlobalAveragePooling: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "global-average-pooling"

  /// A pooling over whole images.
  public init() {}

  /// Computes the means; saves the input's shape and element type.
  public func forward(
    _ inputs: [Tensor], _ arena: Arena
  ) -> (output: Tensor, saved: (shape: Shape, elementType: ElementType)) {
    let x = inputs[0]
    precondition(x.shape.rank == 4, "pooling takes [batch, height, width, channels], got shape \(x.shape)")
    let (pixels, channels) = (x.shape[1] * x.shape[2], x.shape[3])
    let output = Tensor([x.shape[0], channels], in: arena)
    Pooling.globalAverage(
      x.activations, batch: x.shape[0], pixels: pixels, channels: channels, into: output.pointer)
    return (output, (x.shape, x.elementType))
  }

  /// dx = dy / pixels, for every pixel.
  public func backward(
    _ outputGradient: Tensor, _ saved: (shape: Shape, elementType: ElementType),
    _ gradients: InputGradients, _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    let shape = saved.shape
    let gradient = Tensor(shape, elementType: saved.elementType, in: arena)
    Pooling.globalAverageGradient(
      outputGradient.pointer, batch: shape[0], pixels: shape[1] * shape[2], channels: shape[3],
      into: gradient.activations)
    gradients.add(gradient, to: 0)
  }
}
