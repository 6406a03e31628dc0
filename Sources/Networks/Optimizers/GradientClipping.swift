import Tensors

/// Keeps the length of the gradient of all parameters together within a bound, as PyTorch's `clip_grad_norm_`.
///
/// Where ‖g‖ > bound, every gradient is multiplied by bound/(‖g‖ + 1e-6). The sum of squares is in double
/// precision and in a fixed order.
public struct GradientClipping: Sendable, Hashable {
  /// The largest Euclidean norm that is left alone.
  public let norm: Float

  /// Clipping to a norm above 0.
  public init(norm: Float) {
    precondition(norm > 0, "gradients are clipped to a norm above 0, got \(norm)")
    self.norm = norm
  }

  /// Shortens the gradients in place if they are too long; returns their norm before.
  @discardableResult
  public func clip(_ parameters: [NamedParameter]) -> Double {
    let gradients = parameters.compactMap(\.parameter.gradient)
    var sum = 0.0
    for gradient in gradients {
      let pointer = gradient.pointer
      for index in 0..<gradient.count { sum += Double(pointer[index]) * Double(pointer[index]) }
    }
    let length = sum.squareRoot()
    let factor = Double(norm) / (length + 1e-6)
    guard factor < 1 else { return length }
    // Two parameters may share one block of gradient, which is to be shortened once.
    var seen: Set<UnsafeMutablePointer<Float>> = []
    for gradient in gradients where seen.insert(gradient.pointer).inserted {
      let pointer = gradient.pointer
      for index in 0..<gradient.count { pointer[index] *= Float(factor) }
    }
    return length
  }
}
