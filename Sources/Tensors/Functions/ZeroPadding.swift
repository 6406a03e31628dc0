import Kernels

/// Zeros around every image: y is x with a margin of zeros on all four sides.
///
/// A max-pool over y sees the zeros, which one with a padding of its own does not.
///
/// - Shapes: x `[batch, height, width, channels]`; y `[batch, height + 2·margin, width + 2·margin, channels]`.
public struct ZeroPadding: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "zero-padding"

  private let margin: Int

  /// A margin of so many pixels.
  public init(margin: Int) {
    precondition(margin >= 0, "a margin cannot be negative, got \(margin)")
    self.margin = margin
  }

  /// Copies the images into larger ones; saves their shape.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Shape) {
    let shape = inputs[0].shape
    precondition(shape.rank == 4, "\(Self.name): expected images, got a shape of \(shape)")
    let output = Tensor(
      [shape[0], shape[1] + 2 * margin, shape[2] + 2 * margin, shape[3]], elementType: inputs[0].elementType,
      in: arena)
    let (source, target) = (inputs[0].activations, output.activations)
    forEachImage(shape) { outer, rows in
      (target + outer.start).clear(outer.count)
      for (inside, outside) in rows { (target + outside).copy(source + inside, shape[2] * shape[3]) }
    }
    return (output, shape)
  }

  /// dx = dy without the margin.
  public func backward(
    _ outputGradient: Tensor, _ shape: Shape, _ gradients: InputGradients, _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    let gradient = Tensor(shape, elementType: outputGradient.elementType, in: arena)
    let (source, target) = (outputGradient.activations, gradient.activations)
    forEachImage(shape) { _, rows in
      for (inside, outside) in rows { (target + inside).copy(source + outside, shape[2] * shape[3]) }
    }
    gradients.add(gradient, to: 0)
  }

  /// Calls `body`, on all threads, with an image's place among the padded ones, and where each of its rows
  /// begins without and with the margin.
  private func forEachImage(
    _ shape: Shape,
    _ body: (_ outer: (start: Int, count: Int), _ rows: [(inside: Int, outside: Int)]) -> Void
  ) {
    let (height, width, channels) = (shape[1], shape[2], shape[3])
    let wide = width + 2 * margin
    let count = (height + 2 * margin) * wide * channels
    Parallel.forEach(shape[0]) { image in
      body(
        (image * count, count),
        (0..<height).map { row in
          (
            (image * height + row) * width * channels,
            image * count + ((row + margin) * wide + margin) * channels
          )
        })
    }
  }
}
