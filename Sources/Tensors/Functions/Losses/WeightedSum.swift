/// A sum of scalars with fixed weights: y = Σ wₖ·xₖ, such as the terms of a loss.
public struct WeightedSum: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "weighted-sum"

  private let weights: [Float]

  /// A sum with those weights, one a term.
  public init(_ weights: [Float]) {
    self.weights = weights
  }

  /// Computes the sum.
  ///
  /// - Precondition: one scalar a weight.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Void) {
    precondition(
      inputs.count == weights.count, "weighted sum: \(inputs.count) terms for \(weights.count) weights")
    let total = zip(weights, inputs).reduce(0.0) { $0 + Double($1.0) * Double($1.1.scalar) }
    return (Tensor([], [Float(total)], in: arena), ())
  }

  /// dxₖ = wₖ·dy.
  public func backward(
    _ outputGradient: Tensor, _ saved: Void, _ gradients: InputGradients, _ arena: Arena
  ) {
    for (term, weight) in weights.enumerated() where gradients.wants(term) {
      gradients.add(Tensor([], [weight * outputGradient.scalar], in: arena), to: term)
    }
  }
}
