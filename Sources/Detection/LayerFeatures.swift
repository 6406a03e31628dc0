/// The features of one inner layer, for scores that look at several layers.
public struct LayerFeatures: Sendable, Equatable {
  /// The layer's name, such as `layer2`.
  public let layer: String

  /// One row per image.
  public let features: Matrix

  /// The features of `layer`.
  public init(layer: String, features: Matrix) {
    self.layer = layer
    self.features = features
  }
}
