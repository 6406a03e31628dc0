import Foundation
import Kernels

/// Squared hinge on the energy of outliers, which count the more, the more frequent the classes are they look like.
///
///     Z_γ = Σ_c softmax(v)_c·π_γ,c,  π_γ ∝ π^γ        E' = −log Σ exp v − α·Z_γ₁
///     loss = Σₙ Z_γ₂·max(0, margin − E')² / Σₙ Z_γ₂
///
/// π is how often each class is predicted for outliers. Nothing is a constant: the gradient goes through Z too. With
/// γ₁ = γ₂ = α = 0 it is `EnergyHinge`.
///
/// - Shapes: logits `[batch, classes]`; the loss is a scalar.
/// - Cost: two passes over the logits; saves their softmax.
/// - Reference: Choi, Jeong & Choi, *Balanced Energy Regularization Loss for Out-of-distribution Detection*, CVPR 2023,
///   arXiv 2306.10485.
public struct BalancedEnergyHinge: Function {
  /// What the pullback needs.
  public struct Saved {
    let probabilities: Tensor
    /// Z_γ₁ and Z_γ₂ of every row, and margin − E' where that is positive, else 0.
    let shifts, weights, hinges: [Double]
    let loss: Double
  }

  /// The operation's name in profiles.
  public static let name: StaticString = "balanced-energy-hinge"

  private let margin, alpha: Double
  private let shiftPrior, weightPrior: [Double]

  /// A hinge for outliers of which `prior` are the shares of the classes predicted for them.
  ///
  /// - Precondition: no share is negative, and one is positive.
  public init(prior: [Double], margin: Float, alpha: Float, gammaShift: Float, gammaWeight: Float) {
    self.margin = Double(margin)
    self.alpha = Double(alpha)
    shiftPrior = Self.tempered(prior, gammaShift)
    weightPrior = Self.tempered(prior, gammaWeight)
  }

  /// π^γ, brought to a sum of 1.
  public static func tempered(_ prior: [Double], _ gamma: Float) -> [Double] {
    precondition(
      prior.allSatisfy { $0 >= 0 } && prior.contains { $0 > 0 }, "\(name): \(prior) is no distribution")
    let powers = prior.map { pow($0, Double(gamma)) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }

  /// Computes the weighted mean of the squared hinges; saves the softmax and the parts of each row.
  ///
  /// - Precondition: there is a row, and the prior has as many classes; the logits are float32.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Saved) {
    let softmax = RowSoftmax(inputs[0], Self.name, arena)
    precondition(
      softmax.classes == shiftPrior.count,
      "\(Self.name): a prior of \(shiftPrior.count) classes, logits of \(softmax.classes)")
    func balanced(_ prior: [Double]) -> [Double] {
      (0..<softmax.rows).map { row in
        let p = softmax.probabilities.pointer + row * softmax.classes
        return prior.indices.reduce(0.0) { $0 + Double(p[$1]) * prior[$1] }
      }
    }
    let (shifts, weights) = (balanced(shiftPrior), balanced(weightPrior))
    let hinges = (0..<softmax.rows).map { max(0, margin + softmax.logSumExp[$0] + alpha * shifts[$0]) }
    let weighted = zip(weights, hinges).reduce(0) { $0 + $1.0 * $1.1 * $1.1 }
    let loss = weighted / weights.reduce(0, +)
    return (
      Tensor([], [Float(loss)], in: arena),
      Saved(
        probabilities: softmax.probabilities, shifts: shifts, weights: weights, hinges: hinges, loss: loss)
    )
  }

  /// The gradient through energy, shift and weight: dZ/dv = softmax(v)·(π − Z).
  public func backward(
    _ outputGradient: Tensor, _ saved: Saved, _ gradients: InputGradients, _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    let (rows, classes) = (saved.probabilities.shape[0], saved.probabilities.shape[1])
    let total = saved.weights.reduce(0, +)
    let gradient = Tensor(saved.probabilities.shape, in: arena)
    for row in 0..<rows {
      let (hinge, weight, shift) = (saved.hinges[row], saved.weights[row], saved.shifts[row])
      // Of the hinge's argument margin + log Σ exp v + α·Z₁, and of the weight.
      let slope = 2 * weight * hinge / total
      let weightSlope = (hinge * hinge - saved.loss) / total
      for c in 0..<classes {
        let p = Double(saved.probabilities.pointer[row * classes + c])
        let value =
          slope * p * (1 + alpha * (shiftPrior[c] - shift)) + weightSlope * p * (weightPrior[c] - weight)
        gradient.pointer[row * classes + c] = outputGradient.scalar * Float(value)
      }
    }
    gradients.add(gradient, to: 0)
  }
}
