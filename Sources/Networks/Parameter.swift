import Tensors

/// A tensor that training changes, and the gradient that the last backward pass found for it.
public final class Parameter {
  /// The value, in the layout of checkpoints.
  public let value: Tensor

  /// The gradient of the last loss; nil if the loss did not depend on the parameter.
  public var gradient: Tensor?

  /// A parameter of given value.
  public init(_ value: Tensor) {
    self.value = value
  }
}

/// A tensor that is saved and loaded with its layer but never optimised, such as a running mean.
public final class Buffer {
  /// The value, overwritten in place.
  public let value: Tensor

  /// A buffer of given value.
  public init(_ value: Tensor) {
    self.value = value
  }
}

/// A whole number that is saved and loaded with its layer, such as the batches seen.
public final class Counter {
  /// The value.
  public var value = 0

  /// A counter at 0.
  public init() {}
}
