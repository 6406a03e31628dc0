import Tensors

/// Two 3×3 convolutions, each behind its normalisation and rectifier, with a shortcut around them.
///
///     a = ReLU(bn1(x))
///     y = conv2(ReLU(bn2(conv1(a)))) + shortcut
///
/// The shortcut is x itself where size and width stay; else it is a 1×1 convolution of a, which sees the
/// *activated* input and has no normalisation of its own.
///
/// - Reference: Zagoruyko & Komodakis, *Wide Residual Networks*, BMVC 2016, arXiv 1605.07146.
public final class PreactivationBlock: Block {
  private let norm1, norm2: BatchNorm
  private let conv1, conv2: Conv2d
  private let projection: Conv2d?
  private let dropout: DropoutLayer?

  /// A block from `inputs` to `outputs` channels; `stride` is that of its first convolution.
  ///
  /// In training the share `dropout` of what the second convolution sees is dropped.
  public init(
    _ inputs: Int, _ outputs: Int, stride: Int, affine: Bool = true, dropout: Double = 0,
    _ initializer: Initializer
  ) {
    norm1 = BatchNorm(inputs, affine: affine, initializer)
    conv1 = Conv2d(inputs, outputs, kernel: 3, stride: stride, padding: 1, initializer)
    norm2 = BatchNorm(outputs, affine: affine, initializer)
    conv2 = Conv2d(
      outputs, outputs, kernel: 3, padding: 1, feedsNormalization: false, initializer)
    projection =
      stride == 1 && inputs == outputs
      ? nil
      : Conv2d(inputs, outputs, kernel: 1, stride: stride, feedsNormalization: false, initializer)
    self.dropout = DropoutLayer(rate: dropout, initializer)
  }

  /// Both normalisations with their convolutions, and the projection if there is one.
  public var parts: [Part] {
    Part.layer("bn1", norm1)
    Part.layer("conv1", conv1)
    Part.layer("bn2", norm2)
    if let dropout { Part.layer("dropout", dropout) }
    Part.layer("conv2", conv2)
    if let projection { Part.layer("convShortcut", projection) }
  }

  /// The normalisation of the block's input.
  public var entryNormalization: (any NormalizationLayer)? { norm1 }

  /// The block's output.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    let activated = norm1.rectified(input, context)
    let rectified = norm2.rectified(conv1, of: activated, context)
    let hidden = dropout?(rectified, context) ?? rectified
    let shortcut = projection?(activated, context) ?? input
    return context.tape.apply(Addition(), shortcut, conv2(hidden, context))
  }
}

extension PreactivationBlock: GraphLayer {
  /// Both normalisations with their rectifiers and convolutions, and the shortcut.
  public func describe(_ input: GraphValue, in graph: InferenceGraph) throws -> GraphValue {
    let activated = graph.rectified(try graph.apply(norm1, "bn1", to: input))
    let hidden = graph.rectified(
      try graph.apply(norm2, "bn2", to: graph.apply(conv1, "conv1", to: activated)))
    let around = try projection.map { try graph.apply($0, "convShortcut", to: activated) } ?? input
    return graph.sum(around, try graph.apply(conv2, "conv2", to: hidden))
  }
}
