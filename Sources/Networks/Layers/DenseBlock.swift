import Tensors

/// Bottleneck layers of which each sees the block's input and the new channels of all layers before it.
///
/// - Shapes: `[batch, height, width, inputs]` to `[batch, height, width, inputs + count·growth]`, the input
///   first and the newest channels last.
/// - Reference: Huang, Liu, van der Maaten & Weinberger, *Densely Connected Convolutional Networks*, CVPR
///   2017, arXiv 1608.06993.
public final class DenseBlock: Block {
  /// The layers, in order.
  public let layers: [BottleneckLayer]

  /// A block of `count` layers, each of which adds `growth` channels.
  public init(
    _ inputs: Int, count: Int, growth: Int, affine: Bool = true, dropout: Double = 0,
    _ initializer: Initializer
  ) {
    layers = (0..<count).map { layer in
      BottleneckLayer(
        inputs + layer * growth, growth: growth, affine: affine, dropout: dropout, initializer)
    }
  }

  /// The normalisation of the first layer's input.
  public var entryNormalization: (any NormalizationLayer)? { layers.first?.norm1 }

  /// The layers as "layer.0", "layer.1" and so on.
  public var parts: [Part] {
    for (index, layer) in layers.enumerated() { Part.layer("layer.\(index)", layer) }
  }

  /// The input and all new channels beside it, in one buffer.
  ///
  /// Somebody who wants to see every layer's output gets the plain form, whose layers have one; so do dropout and
  /// gradients of some rows alone, which come between what the fused form computes in one go.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    guard context.observer == nil, !context.cutsRows, !layers.contains(where: { $0.drops(context) }) else {
      return concatenated(input, context)
    }
    let statistics = layers.map {
      DenseBottlenecks.LayerStatistics(
        first: $0.norm1.statistics(context), second: $0.norm2.statistics(context))
    }
    let parameters = layers.flatMap {
      $0.norm1.affine(context) + [context.use($0.conv1.weight)] + $0.norm2.affine(context)
        + [context.use($0.conv2.weight)]
    }
    return context.tape.apply(
      DenseBottlenecks(
        statistics, isAffine: layers.contains { $0.norm1.weight != nil }, isInference: context.isInference),
      [input] + parameters)
  }

  /// The same layer by layer: every concatenation is a copy, so that a block of n layers copies its input n
  /// times and the channels of its first layer n − 1 times.
  public func concatenated(_ input: Tensor, _ context: Context) -> Tensor {
    layers.reduce(input) { context.tape.apply(Concatenation(), $0, $1($0, context)) }
  }
}

extension DenseBlock: GraphLayer {
  /// Each layer's channels set behind those before it.
  public func describe(_ input: GraphValue, in graph: InferenceGraph) throws -> GraphValue {
    try layers.enumerated().reduce(input) { value, layer in
      let new = try graph.apply(layer.element, "layer.\(layer.offset)", to: value)
      return graph.add(
        "Concat", [value.name, new.name], channels: value.channels + new.channels, [.integer("axis", 1)])
    }
  }
}
