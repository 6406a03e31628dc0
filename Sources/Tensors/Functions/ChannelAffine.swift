import Kernels

extension Tensor {
  /// The last extent as channels, the product of all others as pixels.
  var pixelsAndChannels: (pixels: Int, channels: Int) {
    precondition(shape.rank >= 2, "an activation has channels as its last dimension, got shape \(shape)")
    let channels = shape[shape.rank - 1]
    return (shape.count / channels, channels)
  }
}

// What normalisation by batch statistics and by running estimates have in common.
extension Function {
  /// γ and β from the second and third input; ones and zeros where they are absent.
  func affineParameters(_ inputs: [Tensor], channels: Int) -> (gamma: [Float], beta: [Float]) {
    precondition(inputs.count == 1 || inputs.count == 3, "\(Self.name) takes x, or x, γ and β")
    guard inputs.count == 3 else {
      return (Array(repeating: 1, count: channels), Array(repeating: 0, count: channels))
    }
    precondition(
      inputs[1].count == channels && inputs[2].count == channels,
      "\(Self.name): \(channels) channels, but γ has shape \(inputs[1].shape) and β \(inputs[2].shape)")
    return (inputs[1].values, inputs[2].values)
  }

  /// γ·(x − mean)·inverseDeviation + β as one scale and one shift a channel.
  func normalized(
    _ input: Tensor, gamma: [Float], beta: [Float], mean: [Double], inverseDeviation: [Double], _ arena: Arena
  ) -> Tensor {
    let (pixels, channels) = input.pixelsAndChannels
    var (scale, shift) = (gamma, beta)
    for c in 0..<channels {
      let factor = Double(gamma[c]) * inverseDeviation[c]
      scale[c] = Float(factor)
      shift[c] = Float(Double(beta[c]) - mean[c] * factor)
    }
    let output = Tensor(input.shape, in: arena)
    Normalization.affine(
      input.pointer, scale: scale, shift: shift, pixels: pixels, channels: channels, into: output.pointer)
    return output
  }

  /// dγ = Σ dy·(x − mean)·inverseDeviation and dβ = Σ dy, each only if wanted.
  func addAffineGradients(
    sum: [Double], product: [Double], _ inverseDeviation: [Double], _ gradients: InputGradients,
    _ arena: Arena
  ) {
    let shape = Shape([sum.count])
    if gradients.wants(1) {
      let values = zip(product, inverseDeviation).map { Float($0 * $1) }
      gradients.add(Tensor(shape, values, in: arena), to: 1)
    }
    if gradients.wants(2) {
      gradients.add(Tensor(shape, sum.map(Float.init), in: arena), to: 2)
    }
  }
}
