/// Sum of scalars with a weight each: y = Σ wᵢ·xᵢ, as losses are put together.
///
/// - Shapes: scalars, as many as weights; the output is a scalar.
public struct WeightedSum: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "weighted-sum"

  private let weights: [Float]

  /// A sum with given weights.
  public init(_ weights: [Float]) {
    self.weights = weights
  }

  /// Computes the sum.
  ///
  /// - Precondition: there are as many scalars as weights.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Void) {
    precondition(
      inputs.count == weights.count, "\(Self.name): \(weights.count) weights for \(inputs.count) scalars")
    let total = zip(weights, inputs).reduce(0.0) { $0 + Double($1.0) * Double($1.1.scalar) }
    return (Tensor([], [Float(total)], in: arena), ())
  }

  /// dxᵢ = dy·wᵢ.
  public func backward(
    _ outputGradient: Tensor, _ saved: Void, _ gradients: InputGradients, _ arena: Arena
  ) {
    for (index, weight) in weights.enumerated() where gradients.wants(index) {
      gradients.add(Tensor([], [outputGradient.scalar * weight], in: arena), to: index)
    }
  }
}
