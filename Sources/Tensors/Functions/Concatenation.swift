import Kernels

/// Tensors side by side along the channels, the first input's channels first.
///
/// - Shapes: any number of inputs `[…, c₁]`, `[…, c₂]`, … that agree in all extents but the last; output
///   `[…, c₁ + c₂ + …]`.
/// - Cost: one copy of all inputs, and one of the output's gradient. Saves nothing but extents.
public struct Concatenation: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "concatenation"

  /// A concatenation.
  public init() {}

  /// Copies the inputs into one tensor; saves their shapes.
  ///
  /// - Precondition: there is an input, and all agree in rank and in every extent but the last.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: [Shape]) {
    precondition(!inputs.isEmpty, "concatenation: there must be an input")
    let shapes = inputs.map(\.shape)
    let pixelExtents = shapes[0].extents.dropLast()
    precondition(
      shapes.allSatisfy { $0.rank > 0 && $0.extents.dropLast() == pixelExtents },
      "concatenation: shapes \(shapes) must agree in all extents but the last")
    let width = shapes.reduce(0) { $0 + $1[$1.rank - 1] }
    let output = Tensor(
      Shape(pixelExtents + [width]), elementType: inputs[0].elementType, in: arena)
    forEachSlice(of: shapes) { input, slice in
      Self.copy(
        inputs[input].activations, pixelStride: slice.count, into: output.activations + slice.lowerBound,
        pixelStride: width, pixels: pixelExtents.reduce(1, *), channels: slice.count)
    }
    return (output, shapes)
  }

  /// Each input's gradient is its slice of dy.
  public func backward(
    _ outputGradient: Tensor, _ shapes: [Shape], _ gradients: InputGradients, _ arena: Arena
  ) {
    let width = outputGradient.shape[outputGradient.shape.rank - 1]
    forEachSlice(of: shapes) { input, slice in
      guard gradients.wants(input) else { return }
      let gradient = Tensor(shapes[input], elementType: outputGradient.elementType, in: arena)
      Self.copy(
        outputGradient.activations + slice.lowerBound, pixelStride: width, into: gradient.activations,
        pixelStride: slice.count, pixels: shapes[input].extents.dropLast().reduce(1, *), channels: slice.count
      )
      gradients.add(gradient, to: input)
    }
  }

  /// Calls `body` with each input and the output channels that it fills.
  private func forEachSlice(of shapes: [Shape], _ body: (_ input: Int, _ channels: Range<Int>) -> Void) {
    var first = 0
    for (input, shape) in shapes.enumerated() {
      let channels = shape[shape.rank - 1]
      body(input, first..<first + channels)
      first += channels
    }
  }

  /// Copies a run of channels of every pixel between rows of different widths.
  private static func copy(
    _ source: ActivationPointer, pixelStride sourceStride: Int, into target: ActivationPointer,
    pixelStride targetStride: Int, pixels: Int, channels: Int
  ) {
    // About 64 KiB a task, whatever the width.
    Parallel.forEachRange(of: pixels, grain: max(1, 16_384 / max(1, channels))) { range in
      for pixel in range {
        (target + pixel * targetStride).copy(source + pixel * sourceStride, channels)
      }
    }
  }
}
