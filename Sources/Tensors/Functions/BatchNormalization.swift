import Kernels

/// Batch normalisation: x̂ = (x − μ)/√(s² + ε), y = γ·x̂ + β, channel by channel.
///
/// In training μ and s² are mean and *biased* variance over images and pixels, and forward moves the
/// running estimates. The pullback, with g = γ·dy and means over the same n values, is
///
///     dx = (g − mean(g) − x̂·mean(g·x̂)) / √(s² + ε),   dγ = Σ dy·x̂,   dβ = Σ dy
///
/// and recomputes x̂ from x instead of storing it. In evaluation μ and s² are the running estimates,
/// constants to the pullback: dx = γ·dy/√(s² + ε). `StatisticsGradient` has other readings of a batch's.
///
/// - Shapes: input x `[batch, height, width, channels]` (or any shape that ends in channels), and either
///   γ and β `[channels]` or neither, for the affine-free kind.
/// - Cost: two passes over x forward, two over x and dy backward.
/// - Reference: Ioffe & Szegedy, *Batch Normalization*, ICML 2015, arXiv 1502.03167. Running estimates as
///   in PyTorch: the variance is unbiased, the update rate weighs the new value.
public struct BatchNormalization: Function {
  /// What the pullback needs.
  public struct Saved {
    let input: Tensor
    let normalizer: ChannelNormalizer
  }

  /// The operation's name in profiles.
  public static let name: StaticString = "batch-normalization"

  private let statistics: NormalizationStatistics
  private let epsilon: Float

  /// Normalisation by given statistics; ε is added to the variance.
  public init(_ statistics: NormalizationStatistics, epsilon: Float = 1e-5) {
    self.statistics = statistics
    self.epsilon = epsilon
  }

  /// Normalises.
  ///
  /// - Precondition: with the batch's statistics, there is more than one value a channel.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Saved) {
    let input = inputs[0]
    let normalizer = ChannelNormalizer(
      input, affine: Array(inputs.dropFirst()), statistics, epsilon: epsilon, name: Self.name)
    let output = Tensor(input.shape, elementType: input.elementType, in: arena)
    Normalization.affine(
      input.activations, scale: normalizer.scale, shift: normalizer.shift, pixels: normalizer.pixels,
      channels: normalizer.channels, into: output.activations)
    return (output, Saved(input: input, normalizer: normalizer))
  }

  /// The gradients of x, γ and β, each only if wanted.
  public func backward(
    _ outputGradient: Tensor, _ saved: Saved, _ gradients: InputGradients, _ arena: Arena
  ) {
    let (input, normalizer) = (saved.input, saved.normalizer)
    let (pixels, channels) = (normalizer.pixels, normalizer.channels)
    let sums = normalizer.sums(for: gradients, arena) {
      Normalization.products(
        outputGradient.activations, input.activations, mean: normalizer.mean, pixels: pixels,
        channels: channels)
    }
    guard gradients.wants(0) else { return }
    let (a, b, c) = normalizer.inputGradientCoefficients(sums)
    let gradient = Tensor(input.shape, elementType: input.elementType, in: arena)
    Normalization.affine(
      outputGradient.activations, input.activations, a: a, b: b, c: c, pixels: pixels, channels: channels,
      into: gradient.activations)
    normalizer.cut(gradient)
    gradients.add(gradient, to: 0)
  }
}
