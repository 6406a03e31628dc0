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

extension GroupNorm: GraphLayer {
  /// An instance normalisation of each group as one channel, then γ and β.
  ///
  /// ONNX's own operator for groups is too young for the versions that are written.
  public func describe(_ input: GraphValue, in graph: InferenceGraph) -> GraphValue {
    let channels = input.channels
    let extents = graph.add("Shape", [input.name], channels: channels)
    let grouped = graph.add(
      "Reshape", [input.name, graph.constant("groups", [0, groups, -1])], channels: groups)
    let unit = graph.constant("unit", [groups], Array(repeating: 1, count: groups))
    let zero = graph.constant("zero", [groups], Array(repeating: 0, count: groups))
    let normalized = graph.add(
      "InstanceNormalization", [grouped.name, unit, zero], channels: groups, [.float("epsilon", 1e-5)])
    let restored = graph.add("Reshape", [normalized.name, extents.name], channels: channels)
    let scaled = graph.add(
      "Mul", [restored.name, graph.constant("weight", [channels, 1, 1], weight.value.values)],
      channels: channels)
    return graph.add(
      "Add", [scaled.name, graph.constant("bias", [channels, 1, 1], bias.value.values)], channels: channels)
  }
}
