/// Training came to a loss or weight that is not a number any more.
public struct NonFiniteLoss: Error, CustomStringConvertible {
  /// The stage's name.
  public let stage: String
  /// The epoch, from 1.
  public let epoch: Int
  /// The step of the stage, from 1.
  public let step: Int
  /// The loss.
  public let loss: Float
  /// The first layer whose output is not finite, nil if all are and only the loss is not.
  public let layer: String?
  /// The checkpoint that still stands, if there is one.
  public let lastGood: String?

  /// What happened, where it appeared first, and what is left.
  public var description: String {
    let place =
      layer.map { "the first layer whose output is not finite is \($0)" }
      ?? "every layer's output is finite, so it is the loss itself"
    let kept = lastGood.map { "; the last good checkpoint is \($0)" } ?? "; there is no checkpoint yet"
    return "stage \(stage), epoch \(epoch), step \(step): the loss is \(loss); \(place)\(kept)"
      + ". A smaller learning rate or a warm-up usually helps"
  }
}
