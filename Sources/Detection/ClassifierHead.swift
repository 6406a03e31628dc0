/// The last layer of a classifier: logits = features · weightᵀ + bias.
public struct ClassifierHead: Sendable, Equatable {
  /// The weight, one row per logit, one column per feature.
  public let weight: Matrix

  /// The bias, one number per logit.
  public let bias: [Float]

  /// A head of that weight and bias.
  ///
  /// Whether they fit each other is checked by the table that holds the head.
  public init(weight: Matrix, bias: [Float]) {
    self.weight = weight
    self.bias = bias
  }
}
