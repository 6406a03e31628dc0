import Tensors

/// What hides a part of a weight from its network: the layer sees w⊙mask.
public final class WeightMask {
  /// Where the mask comes from.
  public enum Source {
    /// Zeros and ones of the weight's shape.
    case fixed(Tensor)

    /// Scores of the weight's shape, of which the share `keeping` of largest magnitude is kept; they learn by the
    /// straight-through estimate of `EdgePopup`, and are saved with the layer as "scores".
    case scores(Parameter, keeping: Double)
  }

  /// Where the mask comes from.
  public let source: Source

  /// Whether the mask hides anything; the whole weight is seen while it does not.
  public var isActive = true

  /// A mask that is in force at once.
  public init(_ source: Source) {
    self.source = source
  }

  /// The scores, if the mask is made of scores.
  public var scores: Parameter? {
    if case .scores(let scores, _) = source { scores } else { nil }
  }
}
