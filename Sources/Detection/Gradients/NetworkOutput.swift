/// Something a network computes of each image.
public enum NetworkOutput: Sendable, Hashable {
  /// The output of the last layer.
  case logits
  /// The input of the last layer.
  case features
  /// The output of an inner layer, averaged over the image, by the layer's name.
  case layer(String)
}
