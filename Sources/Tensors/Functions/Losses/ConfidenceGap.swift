import Kernels

/// How far the confidence in each row is from a given accuracy: loss = Σₙ (max softmax(v[n]) − accuracy)².
///
/// OECC's term for inliers: a sum, not a mean. The gradient is 2·(pₘ − A)·pₘ·(onehotₘ − softmax(v)), m the largest.
///
/// - Shapes: logits `[batch, classes]`; the loss is a scalar.
/// - Cost: one pass over the logits; saves their softmax.
/// - Reference: Papadopoulos et al., *Outlier Exposure with Confidence Control for Out-of-Distribution Detection*,
///   Neurocomputing 2021, arXiv 1906.03509, as in its public code.
public struct ConfidenceGap: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "confidence-gap"

  private let accuracy: Double

  /// The gap to `accuracy`, a share of 1.
  public init(accuracy: Float) {
    self.accuracy = Double(accuracy)
  }

  /// Computes the sum; saves the softmax.
  ///
  /// - Precondition: there is a row; the logits are float32.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Tensor) {
    let softmax = RowSoftmax(inputs[0], Self.name, arena)
    let total = (0..<softmax.rows).reduce(0.0) { sum, row in
      let gap = Double(Self.largest(softmax.probabilities, row).value) - accuracy
      return sum + gap * gap
    }
    return (Tensor([], [Float(total)], in: arena), softmax.probabilities)
  }

  /// The gradient of the sum.
  public func backward(
    _ outputGradient: Tensor, _ probabilities: Tensor, _ gradients: InputGradients, _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    let classes = probabilities.shape[1]
    let gradient = Tensor(probabilities.shape, in: arena)
    for row in 0..<probabilities.shape[0] {
      let (top, confidence) = Self.largest(probabilities, row)
      let factor = outputGradient.scalar * Float(2 * (Double(confidence) - accuracy)) * confidence
      for c in 0..<classes {
        let index = row * classes + c
        gradient.pointer[index] = factor * ((c == top ? 1 : 0) - probabilities.pointer[index])
      }
    }
    gradients.add(gradient, to: 0)
  }

  /// The first largest element of a row.
  private static func largest(_ rows: Tensor, _ row: Int) -> (index: Int, value: Float) {
    let classes = rows.shape[1]
    let p = rows.pointer + row * classes
    var top = 0
    for c in 1..<max(classes, 1) where p[c] > p[top] { top = c }
    return (top, p[top])
  }
}
