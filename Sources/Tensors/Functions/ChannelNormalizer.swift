import Kernels

/// One normalisation's statistics as one scale and shift a channel, and what its pullback makes of them.
struct ChannelNormalizer {
  /// Values of a channel, and channels.
  let pixels, channels: Int

  /// y = scale·x + shift.
  private(set) var scale, shift: [Float]

  /// The mean that deviations are taken from.
  let mean: [Float]

  private let exactMean: [Double]
  private let inverseDeviation: [Double]

  /// Whether the pullback of x needs the channel sums: it follows statistics that are the batch's own.
  let needsSums: Bool

  /// How many first rows keep their gradient; nil: all.
  private let keptRows: Int?

  /// The normalisation of a whole tensor; `affine` holds γ and β, or nothing for the affine-free kind.
  init(
    _ input: Tensor, affine: [Tensor], _ statistics: NormalizationStatistics, epsilon: Float,
    name: StaticString
  ) {
    precondition(
      input.shape.rank >= 2, "\(name): expected channels as the last dimension, got \(input.shape)")
    let channels = input.shape[input.shape.rank - 1]
    let pixels = input.count / channels
    self.init(
      pixels: pixels, channels: channels, affine: affine, statistics, epsilon: epsilon, name: name
    ) {
      input.moments ?? Normalization.moments(input.activations, pixels: pixels, channels: channels)
    }
  }

  /// The normalisation of channels whose moments, if the statistics are the batch's, `findMoments` finds.
  init(
    pixels: Int, channels: Int, affine: [Tensor], _ statistics: NormalizationStatistics, epsilon: Float,
    name: StaticString, findMoments: () -> Normalization.Moments
  ) {
    self.pixels = pixels
    self.channels = channels
    let variance: [Double]
    switch statistics {
    case .batch(let running, let updateRate, let gradient):
      precondition(
        pixels > 1, "\(name): training needs more than one value a channel, got \(pixels)×\(channels)")
      let moments = findMoments()
      running?.update(moments, count: pixels, rate: updateRate)
      (exactMean, variance) = (moments.mean, moments.variance)
      needsSums = gradient != .constant
      if case .cut(let rows) = gradient { keptRows = rows } else { keptRows = nil }
    case .running(let running):
      precondition(
        running.mean.count == channels && running.variance.count == channels,
        "\(name): \(channels) channels, but estimates of \(running.mean.count)")
      exactMean = running.mean.values.map(Double.init)
      variance = running.variance.values.map(Double.init)
      needsSums = false
      keptRows = nil
    }
    mean = exactMean.map(Float.init)
    inverseDeviation = variance.map { 1 / ($0 + Double(epsilon)).squareRoot() }
    (scale, shift) = Self.affineParameters(affine, channels: channels, name: name)
    for c in 0..<channels {
      let factor = Double(scale[c]) * inverseDeviation[c]
      scale[c] = Float(factor)
      shift[c] = Float(Double(shift[c]) - exactMean[c] * factor)
    }
  }

  /// γ and β; ones and zeros where they are absent.
  private static func affineParameters(
    _ affine: [Tensor], channels: Int, name: StaticString
  ) -> ([Float], [Float]) {
    guard !affine.isEmpty else {
      return (Array(repeating: 1, count: channels), Array(repeating: 0, count: channels))
    }
    precondition(
      affine.count == 2 && affine.allSatisfy { $0.count == channels },
      "\(name): \(channels) channels, but γ and β have shapes \(affine.map(\.shape))")
    return (affine[0].values, affine[1].values)
  }

  /// a, b and c of dx = a·dy + b·x + c, channel by channel.
  ///
  /// - Precondition: there are sums if `needsSums`.
  func inputGradientCoefficients(_ sums: Normalization.ChannelSums?) -> (a: [Float], b: [Float], c: [Float]) {
    let zeros = [Float](repeating: 0, count: channels)
    guard needsSums, let sums else { return (scale, zeros, zeros) }
    var (b, c) = (zeros, zeros)
    for i in 0..<channels {
      let factor = Double(scale[i])
      let slope = -factor * inverseDeviation[i] * inverseDeviation[i] * sums.product[i] / Double(pixels)
      b[i] = Float(slope)
      c[i] = Float(-factor * sums.sum[i] / Double(pixels) - slope * exactMean[i])
    }
    return (scale, b, c)
  }

  /// Takes away the gradient of the rows that are to have none.
  func cut(_ gradient: Tensor) {
    let rows = gradient.shape[0]
    guard let keptRows, keptRows < rows else { return }
    let first = keptRows * (gradient.count / rows)
    (gradient.activations + first).clear(gradient.count - first)
  }

  /// The channel sums that `find` computes, where x, γ or β need them; nil where nobody does.
  ///
  /// Hands γ and β their gradients.
  func sums(
    for gradients: InputGradients, _ arena: Arena, _ find: () -> Normalization.ChannelSums
  ) -> Normalization.ChannelSums? {
    guard needsSums || gradients.wants(1) || gradients.wants(2) else { return nil }
    let sums = find()
    addAffineGradients(sums, gradients, arena)
    return sums
  }

  /// dγ = Σ dy·(x − mean)·inverseDeviation to input 1 and dβ = Σ dy to input 2, each only if wanted.
  ///
  /// `first` is the input that γ is.
  func addAffineGradients(
    _ sums: Normalization.ChannelSums, _ gradients: InputGradients, _ arena: Arena, first: Int = 1
  ) {
    if gradients.wants(first) {
      let values = zip(sums.product, inverseDeviation).map { Float($0 * $1) }
      gradients.add(Tensor([channels], values, in: arena), to: first)
    }
    if gradients.wants(first + 1) {
      gradients.add(Tensor([channels], sums.sum.map(Float.init), in: arena), to: first + 1)
    }
  }
}
