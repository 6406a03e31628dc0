import Tensors

/// A tensor that training changes, and the gradient that the last backward pass found for it.
public final class Parameter {
  /// The value, in the layout of checkpoints.
  public let value: Tensor

  /// The gradient of the last loss; nil if the loss did not depend on the parameter, or if it is frozen.
  public var gradient: Tensor?

  /// Whether the value stays as it is: its gradient is not computed then.
  public var isFrozen = false

  /// What hides a part of the value from the network; nil for nothing.
  public var mask: WeightMask?

  /// A parameter of given value.
  public init(_ value: Tensor) {
    self.value = value
  }
}
