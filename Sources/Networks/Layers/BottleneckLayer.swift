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

  private let dropout1, dropout2: DropoutLayer?

  /// A layer that sees `inputs` channels and finds `growth` new ones.
  ///
  /// In training the share `dropout` of each convolution's output is dropped.
  public init(
    _ inputs: Int, growth: Int, affine: Bool = true, dropout: Double = 0, _ initializer: Initializer
  ) {
    norm1 = BatchNorm(inputs, affine: affine, initializer)
    // Behind a dropout the moments of a convolution's output are of no use.
    conv1 = Conv2d(inputs, 4 * growth, kernel: 1, feedsNormalization: dropout == 0, initializer)
    norm2 = BatchNorm(4 * growth, affine: affine, initializer)
    conv2 = Conv2d(
      4 * growth, growth, kernel: 3, padding: 1, feedsNormalization: dropout == 0, initializer)
    dropout1 = DropoutLayer(rate: dropout, initializer)
    dropout2 = DropoutLayer(rate: dropout, initializer)
  }

  /// Both normalisations with their convolutions.
  public var parts: [Part] {
    Part.layer("bn1", norm1)
    Part.layer("conv1", conv1)
    if let dropout1 { Part.layer("dropout1", dropout1) }
    Part.layer("bn2", norm2)
    Part.layer("conv2", conv2)
    if let dropout2 { Part.layer("dropout2", dropout2) }
  }

  /// Whether anything is dropped in this pass.
  func drops(_ context: Context) -> Bool {
    context.mode == .training && dropout1.map { !$0.isFrozen } ?? false
  }

  /// The new channels.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    let convolved = conv1(norm1.rectified(input, context), context)
    let narrowed = dropout1?(convolved, context) ?? convolved
    let new = conv2(norm2.rectified(narrowed, context), context)
    return dropout2?(new, context) ?? new
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
