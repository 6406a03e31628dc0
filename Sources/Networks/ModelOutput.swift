import Tensors

/// What a network says about a batch.
public struct ModelOutput {
  /// The input of the last layer, `[batch, featureWidth]`.
  public let features: Tensor

  /// The output of the last layer, `[batch, logitCount]`.
  public let logits: Tensor

  /// An output of given parts.
  public init(features: Tensor, logits: Tensor) {
    self.features = features
    self.logits = logits
  }
}
