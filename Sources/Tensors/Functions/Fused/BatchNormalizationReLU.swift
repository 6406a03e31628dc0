import Kernels

/// Batch normalisation, an optional addition and a rectifier in one pass: y = max(γ·x̂ + β + r, 0).
///
/// Equal to `BatchNormalization`, `Addition` and `ReLU` one after the other, with eight passes over the
/// activation where those take thirteen: the normalised value is never stored, and without a residual the
/// pullback recomputes the rectifier's sign instead of reading it.
///
/// - Shapes: input x `[batch, height, width, channels]`; then γ and β `[channels]` or neither; then, with
///   `addsResidual`, r of x's shape.
public struct BatchNormalizationReLU: Function {
  /// What the pullback needs.
  public struct Saved {
    let input: Tensor
    /// The output, whose sign decides; kept only with a residual.
    let output: Tensor?
    let normalizer: ChannelNormalizer
    /// Which input the residual is.
    let residualIndex: Int?
  }

  /// The operation's name in profiles.
  public static let name: StaticString = "batch-normalization-relu"

  private let statistics: NormalizationStatistics
  private let addsResidual: Bool
  private let epsilon: Float

  /// Normalisation by given statistics; ε is added to the variance, the last input before the rectifier.
  public init(_ statistics: NormalizationStatistics, addsResidual: Bool = false, epsilon: Float = 1e-5) {
    self.statistics = statistics
    self.addsResidual = addsResidual
    self.epsilon = epsilon
  }

  /// Normalises, adds and rectifies.
  ///
  /// - Precondition: with the batch's statistics, there is more than one value a channel; r has x's shape.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Saved) {
    let input = inputs[0]
    let residual = addsResidual ? inputs[inputs.count - 1] : nil
    precondition(
      residual.map { $0.shape == input.shape } ?? true,
      "\(Self.name): the residual's shape differs from the input's, \(input.shape)")
    let normalizer = ChannelNormalizer(
      input, affine: Array(inputs.dropFirst().dropLast(addsResidual ? 1 : 0)), statistics, epsilon: epsilon,
      name: Self.name)
    let output = Tensor(input.shape, elementType: input.elementType, in: arena)
    Normalization.affineReLU(
      input.activations, residual: residual?.activations, scale: normalizer.scale,
      shift: normalizer.shift, pixels: normalizer.pixels, channels: normalizer.channels,
      into: output.activations)
    return (
      output,
      Saved(
        input: input, output: addsResidual ? output : nil, normalizer: normalizer,
        residualIndex: addsResidual ? inputs.count - 1 : nil)
    )
  }

  /// The gradients of x, γ, β and r, each only if wanted.
  public func backward(
    _ outputGradient: Tensor, _ saved: Saved, _ gradients: InputGradients, _ arena: Arena
  ) {
    if let output = saved.output, let residualIndex = saved.residualIndex {
      addGradients(outputGradient, saved, output, residualIndex, gradients, arena)
    } else {
      addGradients(outputGradient, saved, gradients, arena)
    }
  }

  /// With a residual: the rectified gradient is the residual's own, and x's is made from it.
  private func addGradients(
    _ outputGradient: Tensor, _ saved: Saved, _ output: Tensor, _ residualIndex: Int,
    _ gradients: InputGradients, _ arena: Arena
  ) {
    let (input, normalizer) = (saved.input, saved.normalizer)
    let (pixels, channels) = (normalizer.pixels, normalizer.channels)
    let rectified = Tensor(input.shape, elementType: input.elementType, in: arena)
    let sums = Normalization.rectifiedProducts(
      outputGradient.activations, output: output.activations, input.activations, mean: normalizer.mean,
      pixels: pixels,
      channels: channels, into: rectified.activations)
    // Input 1 is γ, unless an affine-free normalisation has its residual there.
    if residualIndex != 1 { normalizer.addAffineGradients(sums, gradients, arena) }
    if gradients.wants(residualIndex) { gradients.add(rectified, to: residualIndex) }
    guard gradients.wants(0) else { return }
    let (a, b, c) = normalizer.inputGradientCoefficients(sums)
    let gradient = Tensor(input.shape, elementType: input.elementType, in: arena)
    Normalization.affine(
      rectified.activations, input.activations, a: a, b: b, c: c, pixels: pixels, channels: channels,
      into: gradient.activations)
    normalizer.cut(gradient)
    gradients.add(gradient, to: 0)
  }

  /// Without a residual: the rectified gradient is never stored.
  private func addGradients(
    _ outputGradient: Tensor, _ saved: Saved, _ gradients: InputGradients, _ arena: Arena
  ) {
    let (input, normalizer) = (saved.input, saved.normalizer)
    let (pixels, channels) = (normalizer.pixels, normalizer.channels)
    let sums = normalizer.sums(for: gradients, arena) {
      Normalization.rectifiedProducts(
        outputGradient.activations, input.activations, scale: normalizer.scale, shift: normalizer.shift,
        mean: normalizer.mean, pixels: pixels, channels: channels)
    }
    guard gradients.wants(0) else { return }
    let (a, b, c) = normalizer.inputGradientCoefficients(sums)
    let gradient = Tensor(input.shape, elementType: input.elementType, in: arena)
    Normalization.rectifiedAffine(
      outputGradient.activations, input.activations, scale: normalizer.scale, shift: normalizer.shift, a: a,
      b: b,
      c: c, pixels: pixels, channels: channels, into: gradient.activations)
    normalizer.cut(gradient)
    gradients.add(gradient, to: 0)
  }
}
