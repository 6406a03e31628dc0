import Tensors

/// Mean over all pixels of an image; of the rows that reach the head alone, where the context says so.
///
/// - Shapes: `[batch, height, width, channels]` to `[batch, channels]`.
public final class GlobalAveragePool: Layer {
  /// A pooling over whole images.
  public init() {}

  /// Nothing.
  public var parts: [Part] {}

  /// The means.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    guard let rows = context.headRows, rows < input.shape[0] else {
      return context.tape.apply(GlobalAveragePooling(), input)
    }
    if let observer = context.outlierObserver {
      let apart = Tape(arena: context.tape.arena, records: false)
      observer(apart.apply(GlobalAveragePooling(rows: rows..<input.shape[0]), input.detached))
    }
    return context.tape.apply(GlobalAveragePooling(rows: 0..<rows), input)
  }
}

extension GlobalAveragePool: GraphLayer {
  /// One pooling, whose output loses height and width.
  public func describe(_ input: GraphValue, in graph: InferenceGraph) throws -> GraphValue {
    let pooled = graph.add("GlobalAveragePool", [input.name], channels: input.channels)
    return graph.add("Flatten", [pooled.name], channels: input.channels, [.integer("axis", 1)])
  }
}
