import Kernels

/// Batch normalisation with running estimates, as networks are evaluated: y = γ·(x − r_mean)/√(r_var + ε) + β.
///
/// The estimates are constants to the pullback: dx = γ·dy/√(r_var + ε).
///
/// - Shapes: as `BatchNormalization`.
public struct FrozenBatchNormalization: Function {
  /// What the pullback needs.
  public struct Saved {
    let input: Tensor
    let gamma: [Float]
    let mean: [Double]
    let inverseDeviation: [Double]
  }

  /// The operation's name in profiles.
  public static let name: StaticString = "frozen-batch-normalization"

  private let running: RunningStatistics
  private let epsilon: Float

  /// Normalisation by given estimates; ε is added to the variance.
  public init(running: RunningStatistics, epsilon: Float = 1e-5) {
    self.running = running
    self.epsilon = epsilon
  }

  /// Normalises by the running estimates.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Saved) {
    let input = inputs[0]
    let (gamma, beta) = affineParameters(inputs, channels: input.pixelsAndChannels.channels)
    let mean = running.mean.values.map(Double.init)
    let inverse = running.variance.values.map { 1 / (Double($0) + Double(epsilon)).squareRoot() }
    let output = normalized(input, gamma: gamma, beta: beta, mean: mean, inverseDeviation: inverse, arena)
    return (output, Saved(input: input, gamma: gamma, mean: mean, inverseDeviation: inverse))
  }

  /// The gradients of x, γ and β, each only if wanted.
  public func backward(
    _ outputGradient: Tensor, _ saved: Saved, _ gradients: InputGradients, _ arena: Arena
  ) {
    let (pixels, channels) = saved.input.pixelsAndChannels
    if gradients.wants(1) || gradients.wants(2) {
      let (sum, product) = Normalization.products(
        outputGradient.pointer, saved.input.pointer, mean: saved.mean.map(Float.init), pixels: pixels,
        channels: channels)
      addAffineGradients(sum: sum, product: product, saved.inverseDeviation, gradients, arena)
    }
    guard gradients.wants(0) else { return }
    let scale = zip(saved.gamma, saved.inverseDeviation).map { Float(Double($0) * $1) }
    let gradient = Tensor(saved.input.shape, in: arena)
    Normalization.affine(
      outputGradient.pointer, scale: scale, shift: Array(repeating: 0, count: channels), pixels: pixels,
      channels: channels, into: gradient.pointer)
    gradients.add(gradient, to: 0)
  }
}
