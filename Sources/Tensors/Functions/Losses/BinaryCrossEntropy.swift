import Foundation

/// Cross-entropy of a yes-or-no question that has one answer for all rows: loss = meanₙ log(1 + exp(∓v[n])).
///
/// The sign is minus where the answer is yes. Through softplus, so that no logit overflows; the gradient is (σ(v) −
/// 1)/rows or σ(v)/rows.
///
/// - Shapes: logits `[rows, 1]`; the loss is a scalar.
public struct BinaryCrossEntropy: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "binary-cross-entropy"

  private let isPositive: Bool

  /// The loss of rows whose answer is yes, or of rows whose answer is no.
  public init(isPositive: Bool) {
    self.isPositive = isPositive
  }

  /// Computes the mean loss; saves the logits.
  ///
  /// - Precondition: there is a row, with one logit.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Tensor) {
    let logits = inputs[0]
    precondition(
      logits.shape.rank == 2 && logits.shape[1] == 1 && logits.shape[0] > 0,
      "\(Self.name): one logit a row, got shape \(logits.shape)")
    let total = logits.values.reduce(0.0) { sum, logit in
      let against = isPositive ? -Double(logit) : Double(logit)
      return sum + max(against, 0) + log1p(exp(-abs(against)))
    }
    return (Tensor([], [Float(total / Double(logits.count))], in: arena), logits.detached)
  }

  /// dv = dloss·(σ(v) − answer)/rows.
  public func backward(
    _ outputGradient: Tensor, _ logits: Tensor, _ gradients: InputGradients, _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    let share = Double(outputGradient.scalar) / Double(logits.count)
    let slopes = logits.values.map { logit in
      let against = isPositive ? -Double(logit) : Double(logit)
      let probability = against >= 0 ? 1 / (1 + exp(-against)) : exp(against) / (1 + exp(against))
      return Float(share * (isPositive ? -probability : probability))
    }
    gradients.add(Tensor(logits.shape, slopes, in: arena), to: 0)
  }
}
