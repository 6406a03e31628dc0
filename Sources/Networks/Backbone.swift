/// A layer that turns pictures into one feature vector each.
public protocol Backbone: Layer {
  /// Width of the feature.
  var featureWidth: Int { get }
}
