import Kernels

/// How far each row's softmax is from uniform: loss = Σₙ Σ_c |softmax(v[n])_c − 1/classes|.
///
/// OECC's term for outliers: a sum, not a mean, at most 2·(1 − 1/classes) a row. With s = sign(p − 1/classes), where
/// sign(0) = 0, the gradient is p·(s − Σ s·p).
///
/// - Shapes: logits `[batch, classes]`; the loss is a scalar.
/// - Cost: one pass over the logits; saves their softmax.
/// - Reference: Papadopoulos et al., *Outlier Exposure with Confidence Control for Out-of-Distribution Detection*,
///   Neurocomputing 2021, arXiv 1906.03509, as in its public code.
public struct UniformDistance: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "uniform-distance"

  /// A distance from the uniform distribution.
  public init() {}

  /// Computes the sum; saves the softmax.
  ///
  /// - Precondition: there is a row; the logits are float32.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Tensor) {
    let softmax = RowSoftmax(inputs[0], Self.name, arena)
    let uniform = 1 / Double(softmax.classes)
    let total = (0..<inputs[0].count).reduce(0.0) {
      $0 + abs(Double(softmax.probabilities.pointer[$1]) - uniform)
    }
    return (Tensor([], [Float(total)], in: arena), softmax.probabilities)
  }

  /// The gradient of the sum.
  public func backward(
    _ outputGradient: Tensor, _ probabilities: Tensor, _ gradients: InputGradients, _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    let classes = probabilities.shape[1]
    let uniform = 1 / Float(classes)
    let gradient = Tensor(probabilities.shape, in: arena)
    for row in 0..<probabilities.shape[0] {
      let p = probabilities.pointer + row * classes
      func sign(_ c: Int) -> Float { p[c] > uniform ? 1 : p[c] < uniform ? -1 : 0 }
      let mean = (0..<classes).reduce(Float(0)) { $0 + sign($1) * p[$1] }
      for c in 0..<classes {
        gradient.pointer[row * classes + c] = outputGradient.scalar * p[c] * (sign(c) - mean)
      }
    }
    gradients.add(gradient, to: 0)
  }
}
