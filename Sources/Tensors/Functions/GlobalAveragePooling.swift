import Kernels

/// Mean over all pixels of an image: the pooled feature of a convolutional network.
///
/// - Shapes: x `[batch, height, width, channels]`; y `[batch, channels]`.
public struct GlobalAveragePooling: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "global-average-pooling"

  /// A pooling over whole images.
  public init() {}

  /// Computes the means; saves the input's shape.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Shape) {
    let x = inputs[0]
    precondition(x.shape.rank == 4, "pooling takes [batch, height, width, channels], got shape \(x.shape)")
    let (pixels, channels) = (x.shape[1] * x.shape[2], x.shape[3])
    let output = Tensor([x.shape[0], channels], in: arena)
    Parallel.forEach(x.shape[0]) { n in
      let target = output.pointer + n * channels
      target.update(repeating: 0, count: channels)
      for pixel in 0..<pixels {
        let source = x.pointer + (n * pixels + pixel) * channels
        for c in 0..<channels { target[c] += source[c] }
      }
      for c in 0..<channels { target[c] /= Float(pixels) }
    }
    return (output, x.shape)
  }

  /// dx = dy / pixels, for every pixel.
  public func backward(
    _ outputGradient: Tensor, _ shape: Shape, _ gradients: InputGradients, _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    let (pixels, channels) = (shape[1] * shape[2], shape[3])
    let gradient = Tensor(shape, in: arena)
    let share = 1 / Float(pixels)
    Parallel.forEach(shape[0]) { n in
      let source = outputGradient.pointer + n * channels
      for pixel in 0..<pixels {
        let target = gradient.pointer + (n * pixels + pixel) * channels
        for c in 0..<channels { target[c] = source[c] * share }
      }
    }
    gradients.add(gradient, to: 0)
  }
}
