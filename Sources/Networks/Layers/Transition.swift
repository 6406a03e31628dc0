import Tensors

/// What stands between two dense blocks: fewer channels, and half the side.
///
///     y = mean over 2×2 windows of conv1(ReLU(bn1(x))),  conv1 being 1×1
///
/// - Shapes: `[batch, height, width, inputs]` to `[batch, ⌊height/2⌋, ⌊width/2⌋, outputs]`.
/// - Reference: Huang, Liu, van der Maaten & Weinberger, *Densely Connected Convolutional Networks*, CVPR
///   2017, arXiv 1608.06993.
public final class Transition: Block {
  private let norm1: BatchNorm
  private let conv1: Conv2d
  private let dropout: DropoutLayer?
  private let pool = AveragePool(size: 2)

  /// A transition from `inputs` to `outputs` channels.
  ///
  /// In training the share `dropout` of the convolution's output is dropped.
  public init(
    _ inputs: Int, _ outputs: Int, affine: Bool = true, dropout: Double = 0, _ initializer: Initializer
  ) {
    norm1 = BatchNorm(inputs, affine: affine, initializer)
    conv1 = Conv2d(inputs, outputs, kernel: 1, feedsNormalization: false, initializer)
    self.dropout = DropoutLayer(rate: dropout, initializer)
  }

  /// Normalisation, convolution and pooling.
  public var parts: [Part] {
    Part.layer("bn1", norm1)
    Part.layer("conv1", conv1)
    if let dropout { Part.layer("dropout", dropout) }
    Part.layer("avgpool", pool)
  }

  /// The normalisation of the transition's input.
  public var entryNormalization: (any NormalizationLayer)? { norm1 }

  /// The narrowed, halved input.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    let narrowed = conv1(norm1.rectified(input, context), context)
    return pool(dropout?(narrowed, context) ?? narrowed, context)
  }
}

extension Transition: GraphLayer {
  /// Normalisation, rectifier, convolution and pooling.
  public func describe(_ input: GraphValue, in graph: InferenceGraph) throws -> GraphValue {
    let activated = graph.rectified(try graph.apply(norm1, "bn1", to: input))
    return try graph.apply(pool, "avgpool", to: graph.apply(conv1, "conv1", to: activated))
  }
}
