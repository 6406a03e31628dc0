import Tensors

/// One layer of a dense block: finds a few new channels from all those before it.
///
///     new = conv2(ReLU(bn2(conv1(ReLU(bn1(x))))))
///
/// conv1 is 1×1 and narrows to four times the new channels, conv2 is 3×3. `DenseBlock` sets the new channels
/// beside x; its tests hold every faster way of running a block equal to these four pieces.
///
/// - Shapes: `[batch, height, width, inputs]` to `[batch, height, width, growth]`.
/// - Reference: Huang, Liu, van der Maaten & Weinberger, *Densely Connected Convolutional Networks*, CVPR
///   2017, arXiv 1608.06993, the "B" of DenseNet-BC.
public final class BottleneckLayer: Layer {
  /// The normalisation of all channels so far.
  public let norm1: BatchNorm

  /// The 1×1 convolution to 4·growth channels.
  public let conv1: Conv2d

  /// The normalisation of the narrowed channels.
  public let norm2: BatchNorm

  /// The 3×3 convolution to the new channels.
  public let conv2: Conv2d

  /// A layer that sees `inputs` channels and finds `growth` new ones.
  public init(_ inputs: Int, growth: Int, _ initializer: Initializer) {
    norm1 = BatchNorm(inputs, initializer)
    conv1 = Conv2d(inputs, 4 * growth, kernel: 1, initializer)
    norm2 = BatchNorm(4 * growth, initializer)
    conv2 = Conv2d(4 * growth, growth, kernel: 3, padding: 1, initializer)
  }

  /// Both normalisations with their convolutions.
  public var parts: [Part] {
    Part.layer("bn1", norm1)
    Part.layer("conv1", conv1)
    Part.layer("bn2", norm2)
    Part.layer("conv2", conv2)
  }

  /// The new channels.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    // Dropout, once there is such a layer, acts on the output of each convolution.
    let narrowed = conv1(norm1.rectified(input, context), context)
    return conv2(norm2.rectified(narrowed, context), context)
  }
}

extension BottleneckLayer: GraphLayer {
  /// Both normalisations with their rectifiers and convolutions.
  public func describe(_ input: GraphValue, in graph: InferenceGraph) throws -> GraphValue {
    let narrowed = try graph.apply(
      conv1, "conv1", to: graph.rectified(graph.apply(norm1, "bn1", to: input)))
    return try graph.apply(conv2, "conv2", to: graph.rectified(graph.apply(norm2, "bn2", to: narrowed)))
  }
}
