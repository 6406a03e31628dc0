import Kernels

/// A convolution, the normalisation of its output by known statistics, an addition and a rectifier in one pass,
/// for inference: y = max(γ·x̂ + β + r, 0) with x̂ the normalised convolution.
///
/// Equal to the operations one after the other; the output is normalised in the cache, part by part as it is
/// written. Nothing is saved, so it belongs on a tape that records nothing.
///
/// - Shapes: inputs x and w as `Convolution`'s; then γ and β `[output]` or neither; then, where it is added, r of
///   the output's shape.
public struct NormalizedConvolution: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "normalized-convolution"

  private let convolution: Convolution
  private let statistics: RunningStatistics
  private let addsResidual: Bool
  private let epsilon: Float

  /// A convolution whose output is normalised by running estimates.
  public init(
    _ convolution: Convolution, _ statistics: RunningStatistics, addsResidual: Bool = false,
    epsilon: Float = 1e-5
  ) {
    self.convolution = convolution
    self.statistics = statistics
    self.addsResidual = addsResidual
    self.epsilon = epsilon
  }

  /// The convolution's multiply-accumulates.
  public func arithmetic(_ inputs: [Tensor]) -> Arithmetic? { convolution.arithmetic(inputs) }

  /// Convolves, normalises, adds and rectifies.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Void) {
    let channels = inputs[1].shape[0]
    let residual = addsResidual ? inputs.last : nil
    let affine = Array(inputs.dropFirst(2).dropLast(residual == nil ? 0 : 1))
    let normalizer = ChannelNormalizer(
      pixels: 0, channels: channels, affine: affine, .running(statistics), epsilon: epsilon, name: Self.name
    ) { Normalization.Moments(mean: [], variance: []) }
    guard ChannelFinish.accepts(channels: channels) else {
      let output = convolution.forward(inputs, arena).output
      return (finished(output, normalizer, residual, arena), ())
    }
    let finish = ChannelFinish(
      scale: normalizer.scale, shift: normalizer.shift, residual: residual?.activations)
    let output = convolution.output(inputs, finish, arena)
    precondition(
      residual.map { $0.shape == output.shape } ?? true,
      "\(Self.name): the residual's shape differs from the output's, \(output.shape)")
    return (output, ())
  }

  /// The same in a pass of its own.
  private func finished(
    _ x: Tensor, _ normalizer: ChannelNormalizer, _ residual: Tensor?, _ arena: Arena
  ) -> Tensor {
    let output = Tensor(x.shape, elementType: x.elementType, in: arena)
    let pixels = x.count / normalizer.channels
    Normalization.affineReLU(
      x.activations, residual: residual?.activations, scale: normalizer.scale, shift: normalizer.shift,
      pixels: pixels, channels: normalizer.channels, into: output.activations)
    return output
  }

  /// - Precondition: never: there is nothing to pull back through.
  public func backward(
    _ outputGradient: Tensor, _ saved: Void, _ gradients: InputGradients, _ arena: Arena
  ) {
    preconditionFailure("\(Self.name) is for tapes that record nothing")
  }
}
