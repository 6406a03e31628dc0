import Networks
import Tensors

/// What methods minimise on pictures of known classes: plain or logit-adjusted cross-entropy.
///
///     ce:  loss = meanₙ CE(v[n], labelₙ)       la:  loss = meanₙ CE(v[n] + τ·log π, labelₙ)
///
/// π are the frequencies of the classes; predictions use v as it is. With balanced classes, or τ = 0, both are the
/// same.
///
/// - Reference: Menon et al., *Long-tail learning via logit adjustment*, ICLR 2021, arXiv 2007.07314.
public struct ClassificationLoss {
  /// Which of the two.
  public enum Kind: String, Sendable, CaseIterable {
    /// Cross-entropy.
    case crossEntropy = "ce"
    /// Logit adjustment.
    case logitAdjustment = "la"
  }

  /// The knobs.
  public struct Settings: Sendable, Hashable {
    /// Which of the two.
    public var kind: Kind

    /// How strongly logits are adjusted.
    public var tau: Float

    /// Settings of a loss; `tau` only tells where logits are adjusted.
    public init(_ kind: Kind = .crossEntropy, tau: Float = 1) {
      self.kind = kind
      self.tau = tau
    }
  }

  /// What is added to the logits; nil for nothing.
  private let offsets: [Float]?

  /// The loss for a task.
  public init(_ settings: Settings, _ task: TaskFacts) {
    offsets = settings.kind == .logitAdjustment ? task.logPrior.map { settings.tau * $0 } : nil
  }

  /// The mean loss of rows of logits.
  public func callAsFunction(_ logits: Tensor, _ labels: [Int], _ context: Context) -> Tensor {
    guard let offsets else { return context.tape.apply(CrossEntropy(labels: labels), logits) }
    return context.tape.apply(AdjustedCrossEntropy(labels: labels, offsets: offsets), logits)
  }

  /// The softmax that the loss compares with the labels: that of the adjusted logits.
  func adjusted(_ logits: [Float]) -> [Float] {
    guard let offsets else { return logits }
    return logits.enumerated().map { $0.element + offsets[$0.offset % offsets.count] }
  }
}
