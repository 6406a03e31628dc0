/// Training came to a loss or a weight that is not a finite number.
public struct Divergence: Error, CustomStringConvertible, Equatable {
  /// What was found not to be finite.
  public enum Finding: Error, Sendable, Equatable, CustomStringConvertible {
    /// The loss of a batch, and the first layer whose output was not finite; nil if all outputs were.
    case loss(Float, layer: String?)
    /// A parameter or running estimate that was to be saved.
    case value(String)

    /// What was found, in a sentence.
    public var description: String {
      switch self {
      case .loss(let loss, let layer?):
        "the loss is \(Self.text(loss)); the first layer whose output is not finite is \(layer)"
      case .loss(let loss, nil): "the loss is \(Self.text(loss)), though every layer's output is finite"
      case .value(let name): "the values of \(name) are not finite any more"
      }
    }

    /// A NaN has a sign, which says nothing.
    private static func text(_ loss: Float) -> String { loss.isNaN ? "nan" : "\(loss)" }
  }

  /// What was found.
  public let finding: Finding

  /// The stage's name.
  public let stage: String

  /// The epoch, from 1.
  public let epoch: Int

  /// The step of the stage, from 1.
  public let step: Int

  /// The weights that still stand, if there are any.
  public let lastGood: String?

  /// What happened, where it appeared first, and what is left.
  public var description: String {
    let kept = lastGood.map { "the last good checkpoint is \($0)" } ?? "there is no checkpoint yet"
    return "stage \(stage), epoch \(epoch), step \(step): \(finding); \(kept). "
      + "A smaller learning rate or a warm-up usually helps"
  }
}
