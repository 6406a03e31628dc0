import Tensors

/// Group normalisation, as PyTorch's `GroupNorm`: ε = 1e-5, γ and β of each channel.
///
/// The same in training and evaluation.
///
/// - Shapes: `[batch, height, width, channels]` to the same.
public final class GroupNorm: NormalizationLayer {
  /// γ.
  public let weight: Parameter

  /// β.
  public let bias: Parameter

  private let groups: Int

  /// A normalisation of 32 groups, unless told otherwise, with γ = 1 and β = 0.
  ///
  /// - Precondition: the groups share the channels out evenly.
  public init(_ channels: Int, groups: Int = 32, _ initializer: Initializer) {
    precondition(
      groups > 0 && channels % groups == 0,
      "\(channels) channels cannot be shared out evenly among \(groups) groups")
    self.groups = groups
    weight = initializer.constant(1, [channels])
    bias = initializer.constant(0, [channels])
  }

  /// γ and β.
  public var parts: [Part] {
    Part.parameter("weight", weight)
    Part.parameter("bias", bias)
  }

  /// The normalised input.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    context.tape.apply(
      GroupNormalization(groups: groups), input, context.use(weight), context.use(bias))
  }

  /// The normalised input, rectified: all in one pass.
  public func rectified(_ input: Tensor, _ context: Context) -> Tensor {
    let output = context.tape.apply(
      GroupNormalization(groups: groups, rectifies: true), input, context.use(weight), context.use(bias))
    context.observer?(self, input, output)
    return output
  }
}
