import Kernels

/// Mean over all pixels of an image: the pooled feature of a convolutional network.
///
/// Of some neighbouring images alone, if a range is given; the pullback gives the others a gradient of zero.
///
/// - Shapes: x `[batch, height, width, channels]`; y `[batch, channels]`, or with as many rows as the range has,
///   float32 whatever x is: features, heads and losses are.
public struct GlobalAveragePooling: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "global-average-pooling"

  private let rows: Range<Int>?

  /// A pooling over whole images, all or those in a range.
  public init(rows: Range<Int>? = nil) {
    self.rows = rows
  }

  /// Computes the means; saves the input's shape and element type.
  public func forward(
    _ inputs: [Tensor], _ arena: Arena
  ) -> (output: Tensor, saved: (shape: Shape, elementType: ElementType)) {
    let x = inputs[0]
    precondition(x.shape.rank == 4, "pooling takes [batch, height, width, channels], got shape \(x.shape)")
    let (pixels, channels) = (x.shape[1] * x.shape[2], x.shape[3])
    let rows = rows ?? 0..<x.shape[0]
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= x.shape[0], "pooling of images \(rows) of shape \(x.shape)")
    let output = Tensor([rows.count, channels], in: arena)
    Pooling.globalAverage(
      x.activations + rows.lowerBound * pixels * channels, batch: rows.count, pixels: pixels,
      channels: channels, into: output.pointer)
    return (output, (x.shape, x.elementType))
  }

  /// dx = dy / pixels, for every pixel of a pooled image, else 0.
  public func backward(
    _ outputGradient: Tensor, _ saved: (shape: Shape, elementType: ElementType),
    _ gradients: InputGradients, _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    let shape = saved.shape
    let gradient = Tensor(shape, elementType: saved.elementType, in: arena)
    let (rows, size) = (rows ?? 0..<shape[0], shape[1] * shape[2] * shape[3])
    gradient.activations.clear(rows.lowerBound * size)
    (gradient.activations + rows.upperBound * size).clear((shape[0] - rows.upperBound) * size)
    Pooling.globalAverageGradient(
      outputGradient.pointer, batch: rows.count, pixels: shape[1] * shape[2], channels: shape[3],
      into: gradient.activations + rows.lowerBound * size)
    gradients.add(gradient, to: 0)
  }
}
