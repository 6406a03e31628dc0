import Kernels

/// Weight standardisation: every filter of a convolution brought to mean 0 and variance 1.
///
///     u = (w − mean(w)) / √(variance(w) + ε)
///
/// with the biased variance over a filter's inputs and window. The pullback, with means over the filter, is
/// dw = (g − mean(g) − u·mean(g·u))/√(variance + ε).
///
/// - Shapes: w `[outputs, inputs, rows, columns]`, or any whose first dimension counts filters; u the same.
/// - Cost: three passes over the weights, in double precision; saves u.
/// - Reference: Qiao, Wang, Liu, Shen & Yuille, *Micro-Batch Training with Batch-Channel Normalization and Weight
///   Standardization*, arXiv 1903.10520; ε as in Kolesnikov et al., *Big Transfer (BiT)*, ECCV 2020.
public struct WeightStandardization: Function {
  /// What the pullback needs.
  public struct Saved {
    let output: Tensor
    let inverse: [Float]
  }

  /// The operation's name in profiles.
  public static let name: StaticString = "weight-standardization"

  private let epsilon: Double

  /// A standardisation; ε is added to the variance.
  public init(epsilon: Double = 1e-10) {
    self.epsilon = epsilon
  }

  /// Computes the standardised weights; saves them.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Saved) {
    let weights = inputs[0]
    precondition(
      weights.shape.rank > 1 && weights.count > 0, "\(Self.name): no filters in \(weights.shape)")
    let output = Tensor(weights.shape, in: arena)
    let inverse = FilterStandardization.forward(
      weights.pointer, filters: weights.shape[0], size: weights.count / weights.shape[0], epsilon: epsilon,
      into: output.pointer)
    return (output, Saved(output: output, inverse: inverse))
  }

  /// The gradient of the weights.
  public func backward(
    _ outputGradient: Tensor, _ saved: Saved, _ gradients: InputGradients, _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    let gradient = Tensor(saved.output.shape, in: arena)
    FilterStandardization.gradient(
      outputGradient.pointer, saved.output.pointer, inverse: saved.inverse,
      size: gradient.count / gradient.shape[0], into: gradient.pointer)
    gradients.add(gradient, to: 0)
  }
}
