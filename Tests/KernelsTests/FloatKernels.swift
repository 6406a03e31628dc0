import Kernels

// Kernels called with arrays of floats, as most tests do.

extension ActivationPointer {
  /// A pointer to floats that the kernel only reads.
  init(reading floats: UnsafePointer<Float>) {
    self.init(UnsafeMutablePointer(mutating: floats))
  }
}

extension Kernels.Convolution {
  static func forward(
    _ shape: ConvolutionShape, input: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    workspace: UnsafeMutablePointer<Float>, into output: UnsafeMutablePointer<Float>
  ) {
    forward(
      shape, input: ActivationPointer(reading: input), weights: weights, workspace: workspace,
      into: ActivationPointer(output))
  }

  static func inputGradient(
    _ shape: ConvolutionShape, outputGradient: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    workspace: UnsafeMutablePointer<Float>, into inputGradient: UnsafeMutablePointer<Float>
  ) {
    Kernels.Convolution.inputGradient(
      shape, outputGradient: ActivationPointer(reading: outputGradient), weights: weights,
      workspace: workspace, into: ActivationPointer(inputGradient))
  }

  static func weightGradient(
    _ shape: ConvolutionShape, input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
    workspace: UnsafeMutablePointer<Float>, into weightGradient: UnsafeMutablePointer<Float>
  ) {
    Kernels.Convolution.weightGradient(
      shape, input: ActivationPointer(reading: input),
      outputGradient: ActivationPointer(reading: outputGradient), workspace: workspace, into: weightGradient)
  }
}

extension Normalization {
  static func moments(_ x: UnsafePointer<Float>, pixels: Int, channels: Int) -> Moments {
    moments(ActivationPointer(reading: x), pixels: pixels, channels: channels)
  }

  static func products(
    _ g: UnsafePointer<Float>, _ x: UnsafePointer<Float>, mean: [Float], pixels: Int, channels: Int
  ) -> ChannelSums {
    products(
      ActivationPointer(reading: g), ActivationPointer(reading: x), mean: mean, pixels: pixels,
      channels: channels)
  }

  static func affine(
    _ x: UnsafePointer<Float>, scale: [Float], shift: [Float], pixels: Int, channels: Int,
    into y: UnsafeMutablePointer<Float>
  ) {
    affine(
      ActivationPointer(reading: x), scale: scale, shift: shift, pixels: pixels, channels: channels,
      into: ActivationPointer(y))
  }

  static func affine(
    _ g: UnsafePointer<Float>, _ x: UnsafePointer<Float>, a: [Float], b: [Float], c: [Float], pixels: Int,
    channels: Int, into y: UnsafeMutablePointer<Float>
  ) {
    affine(
      ActivationPointer(reading: g), ActivationPointer(reading: x), a: a, b: b, c: c, pixels: pixels,
      channels: channels, into: ActivationPointer(y))
  }
}

extension Elementwise {
  static func relu(_ x: UnsafePointer<Float>, count: Int, into y: UnsafeMutablePointer<Float>) {
    relu(ActivationPointer(reading: x), count: count, into: ActivationPointer(y))
  }

  static func reluGradient(
    output y: UnsafePointer<Float>, outputGradient dy: UnsafePointer<Float>, count: Int,
    into dx: UnsafeMutablePointer<Float>
  ) {
    reluGradient(
      output: ActivationPointer(reading: y), outputGradient: ActivationPointer(reading: dy), count: count,
      into: ActivationPointer(dx))
  }

  static func add(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int, into y: UnsafeMutablePointer<Float>
  ) {
    add(
      ActivationPointer(reading: a), ActivationPointer(reading: b), count: count, into: ActivationPointer(y))
  }
}
