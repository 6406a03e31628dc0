import Kernels

/// Squared hinge on the energy E = −log Σ exp v: the price of an energy on the wrong side of a margin.
///
///     inliers:  loss = meanₙ max(0, Eₙ − margin)²       outliers:  loss = meanₙ max(0, margin − Eₙ)²
///
/// dE/dv = −softmax(v), so the gradient is ∓2·hinge·softmax(v)/batch. Zero, and without gradient, where no energy is on
/// the wrong side.
///
/// - Shapes: logits `[batch, classes]`; the loss is a scalar.
/// - Cost: one pass over the logits; saves their softmax.
/// - Reference: Liu, Wang, Owens & Li, *Energy-based Out-of-distribution Detection*, NeurIPS 2020, arXiv 2010.03759.
public struct EnergyHinge: Function {
  /// On which side of the margin an energy costs nothing.
  public enum Side: Sendable, Hashable {
    /// Below it, as for inliers.
    case below
    /// Above it, as for outliers.
    case above
  }

  /// What the pullback needs.
  public struct Saved {
    let probabilities: Tensor
    /// d(hinge²)/dE of every row.
    let slopes: [Double]
  }

  /// The operation's name in profiles.
  public static let name: StaticString = "energy-hinge"

  private let margin: Double
  private let side: Side

  /// A hinge at `margin` that lets energies on that side go.
  public init(margin: Float, allowed side: Side) {
    self.margin = Double(margin)
    self.side = side
  }

  /// Computes the mean squared hinge; saves the softmax and the hinges.
  ///
  /// - Precondition: there is a row; the logits are float32.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Saved) {
    let softmax = RowSoftmax(inputs[0], Self.name, arena)
    // Signed, so that the square's derivative follows from it.
    let hinges = softmax.logSumExp.map { side == .below ? max(0, -$0 - margin) : min(0, -$0 - margin) }
    let total = hinges.reduce(0) { $0 + $1 * $1 }
    return (
      Tensor([], [Float(total / Double(softmax.rows))], in: arena),
      Saved(probabilities: softmax.probabilities, slopes: hinges.map { 2 * $0 })
    )
  }

  /// dv = −dloss·2·hinge·softmax(v)/batch, the hinge signed.
  public func backward(
    _ outputGradient: Tensor, _ saved: Saved, _ gradients: InputGradients, _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    let (rows, classes) = (saved.probabilities.shape[0], saved.probabilities.shape[1])
    let gradient = Tensor(saved.probabilities.shape, in: arena)
    for row in 0..<rows {
      let factor = -outputGradient.scalar * Float(saved.slopes[row] / Double(rows))
      for index in row * classes..<(row + 1) * classes {
        gradient.pointer[index] = factor * saved.probabilities.pointer[index]
      }
    }
    gradients.add(gradient, to: 0)
  }
}
