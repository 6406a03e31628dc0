import Kernels

/// Draws how a batch is mixed by mixup: one weight a batch, Beta(α, α), and a random partner for every row.
///
/// RegMixup and AugRevise draw in the same way, with larger α.
///
/// - Reference: Zhang et al., *mixup: Beyond Empirical Risk Minimization*, ICLR 2018.
public struct Mixup: Sendable, Hashable {
  /// The parameter of the weight's distribution: near 0 mostly one of the two, large mostly half of each; 0 is no
  /// mixing.
  public let alpha: Double

  /// Mixup with that parameter.
  ///
  /// - Precondition: `alpha` is not negative.
  public init(alpha: Double) {
    precondition(alpha >= 0, "mixup's α cannot be negative, got \(alpha)")
    self.alpha = alpha
  }

  /// The mixing of a batch of `count` rows; all random numbers follow from seed, epoch and step.
  public func mixing(count: Int, seed: UInt64, epoch: Int, step: Int) -> LabelMixing {
    mixing(count: count, using: RandomStream(seed: seed, purpose: .mixing, epoch: epoch, index: step))
  }

  /// The mixing of a batch of `count` rows, drawn from a stream of its own.
  public func mixing(count: Int, using stream: RandomStream) -> LabelMixing {
    var random = stream
    var partners = Array(0..<count)
    random.shuffle(&partners)
    return LabelMixing(partnerWeight: Float(random.beta(alpha)), partners: partners)
  }
}
