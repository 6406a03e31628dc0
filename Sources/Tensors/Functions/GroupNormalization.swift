import Kernels

/// Group normalisation: x̂ = (x − μ)/√(s² + ε), y = γ·x̂ + β, with μ and s² of each group of channels of each image.
///
/// Nothing depends on the other images of the batch, and training and evaluation are the same. With
/// `rectifies`, y = max(γ·x̂ + β, 0) in the same pass: the normalised value is never stored. The pullback, with
/// g = γ·dy and means over a group's pixels and channels, is
///
///     dx = (g − mean(g) − x̂·mean(g·x̂)) / √(s² + ε),   dγ = Σ dy·x̂,   dβ = Σ dy
///
/// and recomputes x̂, and the rectifier's sign, from x.
///
/// - Shapes: inputs x `[batch, height, width, channels]`, γ and β `[channels]`; output of x's shape.
/// - Cost: two passes over x forward, two over x and dy backward.
/// - Reference: Wu & He, *Group Normalization*, ECCV 2018, arXiv 1803.08494.
public struct GroupNormalization: Function {
  /// What the pullback needs.
  public struct Saved {
    let input: Tensor
    let normalizer: GroupNormalizer
  }

  /// The operation's name in profiles.
  public static let name: StaticString = "group-normalization"

  private let groups: Int
  private let rectifies: Bool
  private let epsilon: Float

  /// Normalisation of so many groups of neighbouring channels; ε is added to the variance.
  public init(groups: Int = 32, rectifies: Bool = false, epsilon: Float = 1e-5) {
    self.groups = groups
    self.rectifies = rectifies
    self.epsilon = epsilon
  }

  /// Normalises.
  ///
  /// - Precondition: the groups share the channels out evenly.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Saved) {
    let input = inputs[0]
    let normalizer = GroupNormalizer(
      input, weight: inputs[1], bias: inputs[2], groups: groups, epsilon: epsilon, name: Self.name)
    let output = Tensor(input.shape, elementType: input.elementType, in: arena)
    Normalization.imageAffine(
      input.activations, normalizer.extents, scale: normalizer.scale, shift: normalizer.shift,
      rectifies: rectifies, into: output.activations)
    return (output, Saved(input: input, normalizer: normalizer))
  }

  /// The gradients of x, γ and β, each only if wanted.
  public func backward(
    _ outputGradient: Tensor, _ saved: Saved, _ gradients: InputGradients, _ arena: Arena
  ) {
    let (input, normalizer) = (saved.input, saved.normalizer)
    let sums = Normalization.imageProducts(
      outputGradient.activations, input.activations, normalizer.extents, mean: normalizer.centre,
      rectifiedBy: rectifies ? (normalizer.scale, normalizer.shift) : nil)
    if gradients.wants(1) { gradients.add(normalizer.weightGradient(sums, arena), to: 1) }
    if gradients.wants(2) { gradients.add(normalizer.biasGradient(sums, arena), to: 2) }
    guard gradients.wants(0) else { return }
    let (b, c) = normalizer.inputGradientCoefficients(sums)
    let gradient = Tensor(input.shape, elementType: input.elementType, in: arena)
    Normalization.imageAffine(
      outputGradient.activations, input.activations, normalizer.extents, scale: normalizer.scale,
      shift: normalizer.shift, b: b, c: c, rectified: rectifies, into: gradient.activations)
    gradients.add(gradient, to: 0)
  }
}
