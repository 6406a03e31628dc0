/// One named thing that a layer owns.
public enum Part {
  /// Something to train.
  case parameter(String, Parameter)
  /// Something to keep.
  case buffer(String, Buffer)
  /// Something to count.
  case counter(String, Counter)
  /// A layer inside the layer.
  case layer(String, any Layer)
}
