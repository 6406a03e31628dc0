import Tensors

/// A tensor that is saved and loaded with its layer but never optimised, such as a running mean.
public final class Buffer {
  /// The value, overwritten in place.
  public let value: Tensor

  /// A buffer of given value.
  public init(_ value: Tensor) {
    self.value = value
  }
}
