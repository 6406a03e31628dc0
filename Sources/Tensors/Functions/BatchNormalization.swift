import Kernels

/// Running estimates of a channel's mean and variance, used when a network is evaluated.
public struct RunningStatistics {
  /// Means, one a channel.
  public let mean: Tensor

  /// Unbiased variances, one a channel.
  public let variance: Tensor

  /// Estimates kept in given tensors, which training overwrites.
  public init(mean: Tensor, variance: Tensor) {
    self.mean = mean
    self.variance = variance
  }

  /// r ← (1 − rate)·r + rate·statistic, the variance unbiased by n/(n − 1).
  func update(_ moments: Normalization.Moments, count: Int, rate: Float) {
    let unbiased = Double(count) / Double(count - 1)
    for c in moments.mean.indices {
      let (m, v) = (mean.pointer, variance.pointer)
      m[c] = Float((1 - Double(rate)) * Double(m[c]) + Double(rate) * moments.mean[c])
      v[c] = Float((1 - Double(rate)) * Double(v[c]) + Double(rate) * moments.variance[c] * unbiased)
    }
  }
}

/// Batch normalisation with the statistics of the batch: x̂ = (x − μ)/√(s² + ε), y = γ·x̂ + β.
///
/// μ and s² are mean and *biased* variance over images and pixels, channel by channel. The pullback,
/// with g = γ·dy and means over the same n values, is
///
///     dx = (g − mean(g) − x̂·mean(g·x̂)) / √(s² + ε),   dγ = Σ dy·x̂,   dβ = Σ dy
///
/// and recomputes x̂ from x instead of storing it. Forward also moves the running estimates.
///
/// - Shapes: input x `[batch, height, width, channels]` (or any shape that ends in channels), and either
///   γ and β `[channels]` or neither, for the affine-free kind.
/// - Cost: two passes over x forward, two over x and dy backward.
/// - Reference: Ioffe & Szegedy, *Batch Normalization*, ICML 2015, arXiv 1502.03167. Running estimates as
///   in PyTorch: the variance is unbiased, `updateRate` weighs the new value.
public struct BatchNormalization: Function {
  /// What the pullback needs.
  public struct Saved {
    let input: Tensor
    let gamma: [Float]
    let mean: [Double]
    let inverseDeviation: [Double]
  }

  /// The operation's name in profiles.
  public static let name: StaticString = "batch-normalization"

  private let epsilon: Float
  private let running: RunningStatistics?
  private let updateRate: Float

  /// - Parameters:
  ///   - running: Estimates that forward moves; none if nil.
  ///   - updateRate: The weight of the new value in the running estimate.
  ///   - epsilon: Added to the variance.
  public init(running: RunningStatistics?, updateRate: Float = 0.1, epsilon: Float = 1e-5) {
    self.running = running
    self.updateRate = updateRate
    self.epsilon = epsilon
  }

  /// Normalises by the batch's statistics.
  ///
  /// - Precondition: there is more than one value a channel.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Saved) {
    let input = inputs[0]
    let (pixels, channels) = input.pixelsAndChannels
    precondition(
      pixels > 1, "batch normalization in training needs more than one value a channel, got \(input.shape)")
    let moments = Normalization.moments(input.pointer, pixels: pixels, channels: channels)
    running?.update(moments, count: pixels, rate: updateRate)
    let (gamma, beta) = affineParameters(inputs, channels: channels)
    let inverse = moments.variance.map { 1 / ($0 + Double(epsilon)).squareRoot() }
    let output = normalized(
      input, gamma: gamma, beta: beta, mean: moments.mean, inverseDeviation: inverse, arena)
    return (output, Saved(input: input, gamma: gamma, mean: moments.mean, inverseDeviation: inverse))
  }

  /// The gradients of x, γ and β, each only if wanted.
  public func backward(
    _ outputGradient: Tensor, _ saved: Saved, _ gradients: InputGradients, _ arena: Arena
  ) {
    let (pixels, channels) = saved.input.pixelsAndChannels
    let mean = saved.mean.map(Float.init)
    let (sum, product) = Normalization.products(
      outputGradient.pointer, saved.input.pointer, mean: mean, pixels: pixels, channels: channels)
    addAffineGradients(sum: sum, product: product, saved.inverseDeviation, gradients, arena)
    guard gradients.wants(0) else { return }
    // dx = a·dy + b·x + c, channel by channel.
    var (a, b, c) = (mean, mean, mean)
    for i in 0..<channels {
      let inverse = saved.inverseDeviation[i]
      let scale = Double(saved.gamma[i]) * inverse
      let slope = -scale * inverse * inverse * product[i] / Double(pixels)
      a[i] = Float(scale)
      b[i] = Float(slope)
      c[i] = Float(-scale * sum[i] / Double(pixels) - slope * saved.mean[i])
    }
    let gradient = Tensor(saved.input.shape, in: arena)
    Normalization.affine(
      outputGradient.pointer, saved.input.pointer, a: a, b: b, c: c, pixels: pixels, channels: channels,
      into: gradient.pointer)
    gradients.add(gradient, to: 0)
  }
}
