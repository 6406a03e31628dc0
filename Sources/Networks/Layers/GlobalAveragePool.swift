import Tensors

/// Mean over all pixels of an image.
///
/// - Shapes: `[batch, height, width, channels]` to `[batch, channels]`.
public final class GlobalAveragePool: Layer {
  /// A pooling over whole images.
  public init() {}

  /// Nothing.
  public var parts: [Part] {}

  /// The means.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    context.tape.apply(GlobalAveragePooling(), input)
  }
}

extension GlobalAveragePool: GraphLayer {
  /// One pooling, whose output loses height and width.
  public func describe(_ input: GraphValue, in graph: InferenceGraph) throws -> GraphValue {
    let pooled = graph.add("GlobalAveragePool", [input.name], channels: input.channels)
    return graph.add("Flatten", [pooled.name], channels: input.channels, [.integer("axis", 1)])
  }
}
