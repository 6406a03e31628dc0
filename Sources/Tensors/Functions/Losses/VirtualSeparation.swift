import Glibc
import Kernels

/// AugRevise's virtual separation loss: how far the logits of a picture lie above those of its mixture.
///
///     a = log Σ exp v[n],  b = log Σ exp v′[n],  m = max(λ, 1 − λ),  P = m/(m + 1)
///     loss = meanₙ ((1 − P)·softplus(b − a) + P·softplus(a − b))
///
/// the binary cross-entropy of σ(b − a) against P (equation 13), in a form that no logit overflows. It is least, the
/// entropy of P, where a − b = −ln m, a gap between 0 and ln 2: the formula fixes the difference of the two
/// log-sum-exps, not the ratio of the largest logits that the paper speaks of.
///
/// With e[n] = (σ(b − a) − P)/batch the gradients are dv = −e·softmax(v) and dv′ = +e·softmax(v′).
///
/// - Shapes: logits of pictures and of their mixtures, both `[batch, classes]`; the loss is a scalar.
/// - Cost: one pass over the logits; saves their softmax.
public struct VirtualSeparation: Function {
  /// What the pullback needs.
  public struct Saved {
    let clean: Tensor
    let mixed: Tensor
    /// σ(b − a) − P of every row.
    let excesses: [Float]
  }

  /// The operation's name in profiles.
  public static let name: StaticString = "virtual-separation"

  private let partnerWeight: Double

  /// The loss for mixtures with that weight of the partner, 0…1; which of the two is heavier makes no difference.
  public init(partnerWeight: Float) {
    precondition((0...1).contains(partnerWeight), "a partner's weight must be in 0…1, got \(partnerWeight)")
    self.partnerWeight = Double(partnerWeight)
  }

  /// The larger share of a mixture, m.
  private var largerShare: Double { max(partnerWeight, 1 - partnerWeight) }

  /// What σ(b − a) is drawn to: P = m/(m + 1), in 1/3…1/2.
  public var target: Double { largerShare / (largerShare + 1) }

  /// The gap a − b at which the loss is least: −ln m, in 0…ln 2.
  public var targetGap: Double { -log(largerShare) }

  /// The least the loss can be: the entropy of P in nats.
  public var floor: Double { -(target * log(target) + (1 - target) * log(1 - target)) }

  /// Computes the mean loss; saves both softmaxes.
  ///
  /// - Precondition: both inputs have the same shape of rank 2 and are float32.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Saved) {
    let (clean, mixed) = (inputs[0], inputs[1])
    precondition(
      clean.shape == mixed.shape && clean.shape.rank == 2 && clean.count > 0,
      "virtual separation: logits of shapes \(clean.shape) and \(mixed.shape)")
    let rows = clean.shape[0]
    let a = Self.softmax(clean, arena)
    let b = Self.softmax(mixed, arena)
    var total = 0.0
    var excesses = [Float](repeating: 0, count: rows)
    for row in 0..<rows {
      let gap = a.logSumExp[row] - b.logSumExp[row]
      total += (1 - target) * Self.softplus(-gap) + target * Self.softplus(gap)
      excesses[row] = Float(1 / (1 + exp(gap)) - target)
    }
    return (
      Tensor([], [Float(total / Double(rows))], in: arena),
      Saved(clean: a.probabilities, mixed: b.probabilities, excesses: excesses)
    )
  }

  /// dv = −dloss·e·softmax(v), dv′ = dloss·e·softmax(v′).
  public func backward(
    _ outputGradient: Tensor, _ saved: Saved, _ gradients: InputGradients, _ arena: Arena
  ) {
    let share = outputGradient.scalar / Float(saved.excesses.count)
    for (input, probabilities, sign) in [(0, saved.clean, Float(-1)), (1, saved.mixed, 1)]
    where gradients.wants(input) {
      let classes = probabilities.shape[1]
      let gradient = Tensor(probabilities.shape, in: arena)
      for (row, excess) in saved.excesses.enumerated() {
        let factor = sign * share * excess
        for place in row * classes..<(row + 1) * classes {
          gradient.pointer[place] = factor * probabilities.pointer[place]
        }
      }
      gradients.add(gradient, to: input)
    }
  }

  /// log(1 + exp t), which never overflows.
  private static func softplus(_ t: Double) -> Double { max(t, 0) + log1p(exp(-abs(t))) }

  private static func softmax(_ logits: Tensor, _ arena: Arena) -> (
    probabilities: Tensor, logSumExp: [Double]
  ) {
    let probabilities = Tensor(logits.shape, in: arena)
    var logSumExp = [Double](repeating: 0, count: logits.shape[0])
    Softmax.rows(
      logits.pointer, rows: logits.shape[0], classes: logits.shape[1], into: probabilities.pointer,
      logSumExp: &logSumExp)
    return (probabilities, logSumExp)
  }
}
