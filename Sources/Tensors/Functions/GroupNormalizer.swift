import Kernels

/// A group normalisation's statistics as one scale and shift a channel of each image, and what its pullback
/// makes of them.
struct GroupNormalizer {
  /// The batch.
  let extents: Normalization.ImageExtents

  /// y = scale·x + shift, image after image.
  let scale, shift: [Float]

  /// The mean that deviations are taken from: that of the channel's group.
  let centre: [Float]

  private let groups: Int
  private let weight: [Float]
  private let mean: [Double]
  private let inverseDeviation: [Double]

  /// The normalisation of `[batch, height, width, channels]`.
  init(
    _ input: Tensor, weight: Tensor, bias: Tensor, groups: Int, epsilon: Float, name: StaticString
  ) {
    precondition(input.shape.rank == 4, "\(name): expected images, got a shape of \(input.shape)")
    let (batch, channels) = (input.shape[0], input.shape[3])
    precondition(
      weight.count == channels && bias.count == channels,
      "\(name): \(channels) channels, but γ and β have shapes \(weight.shape) and \(bias.shape)")
    extents = Normalization.ImageExtents(
      batch: batch, pixels: input.shape[1] * input.shape[2], channels: channels)
    let moments = Normalization.groupMoments(input.activations, extents, groups: groups)
    self.groups = groups
    self.weight = weight.values
    let (gamma, beta, size) = (self.weight, bias.values, channels / groups)
    let inverse = moments.variance.map { 1 / ($0 + Double(epsilon)).squareRoot() }
    (mean, inverseDeviation) = (moments.mean, inverse)
    var (scale, shift) = ([Float](repeating: 0, count: batch * channels), [Float]())
    shift = scale
    var centre = scale
    for image in 0..<batch {
      for channel in 0..<channels {
        let (index, group) = (image * channels + channel, image * groups + channel / size)
        let factor = Double(gamma[channel]) * inverse[group]
        scale[index] = Float(factor)
        shift[index] = Float(Double(beta[channel]) - moments.mean[group] * factor)
        centre[index] = Float(moments.mean[group])
      }
    }
    (self.scale, self.shift, self.centre) = (scale, shift, centre)
  }

  /// dγ = Σ dy·x̂ over images and pixels.
  func weightGradient(_ sums: Normalization.ChannelSums, _ arena: Arena) -> Tensor {
    total(arena) { index, group in sums.product[index] * inverseDeviation[group] }
  }

  /// dβ = Σ dy over images and pixels.
  func biasGradient(_ sums: Normalization.ChannelSums, _ arena: Arena) -> Tensor {
    total(arena) { index, _ in sums.sum[index] }
  }

  /// Adds a term up over the images, channel by channel.
  private func total(_ arena: Arena, _ term: (_ index: Int, _ group: Int) -> Double) -> Tensor {
    let size = extents.channels / groups
    var totals = [Double](repeating: 0, count: extents.channels)
    for image in 0..<extents.batch {
      for channel in 0..<extents.channels {
        totals[channel] += term(image * extents.channels + channel, image * groups + channel / size)
      }
    }
    return Tensor([extents.channels], totals.map(Float.init), in: arena)
  }

  /// b and c of dx = scale·dy + b·x + c, one a channel of each image.
  func inputGradientCoefficients(_ sums: Normalization.ChannelSums) -> (b: [Float], c: [Float]) {
    let (channels, size) = (extents.channels, extents.channels / groups)
    let count = Double(size * extents.pixels)
    var b = [Float](repeating: 0, count: extents.batch * channels)
    var c = b
    for group in mean.indices {
      let first = group * size
      let own = (group % groups) * size
      var (sum, product) = (0.0, 0.0)
      for channel in 0..<size {
        let gamma = Double(weight[own + channel])
        sum += gamma * sums.sum[first + channel]
        product += gamma * sums.product[first + channel]
      }
      let inverse = inverseDeviation[group]
      let slope = -inverse * inverse * inverse * product / count
      let offset = -inverse * sum / count - slope * mean[group]
      for channel in first..<first + size { (b[channel], c[channel]) = (Float(slope), Float(offset)) }
    }
    return (b, c)
  }
}
