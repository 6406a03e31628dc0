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
