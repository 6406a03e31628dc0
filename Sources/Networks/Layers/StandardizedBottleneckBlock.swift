import Tensors

/// A bottleneck of standardised convolutions, each behind its group normalisation and rectifier.
///
///     a = ReLU(gn1(x))
///     y = conv3(ReLU(gn3(conv2(ReLU(gn2(conv1(a))))))) + shortcut
///
/// conv1 is 1×1 and narrows to a quarter of the outputs, conv2 is 3×3 and has the stride, conv3 is 1×1. The shortcut
/// is x itself where size and width stay, else a standardised 1×1 convolution of a.
///
/// - Reference: Kolesnikov et al., *Big Transfer (BiT): General Visual Representation Learning*, ECCV 2020, arXiv
///   1912.11370.
public final class StandardizedBottleneckBlock: Block {
  private let norm1, norm2, norm3: GroupNorm
  private let conv1, conv2, conv3: StandardizedConv2d
  private let downsample: StandardizedConv2d?

  /// A block from `inputs` to `outputs` channels; `stride` is that of its 3×3 convolution.
  public init(_ inputs: Int, _ outputs: Int, stride: Int, _ initializer: Initializer) {
    let width = outputs / 4
    norm1 = GroupNorm(inputs, initializer)
    conv1 = StandardizedConv2d(inputs, width, kernel: 1, initializer)
    norm2 = GroupNorm(width, initializer)
    conv2 = StandardizedConv2d(width, width, kernel: 3, stride: stride, padding: 1, initializer)
    norm3 = GroupNorm(width, initializer)
    conv3 = StandardizedConv2d(width, outputs, kernel: 1, initializer)
    downsample =
      stride == 1 && inputs == outputs
      ? nil : StandardizedConv2d(inputs, outputs, kernel: 1, stride: stride, initializer)
  }

  /// The normalisations, the convolutions, and the shortcut's if there is one.
  public var parts: [Part] {
    Part.layer("gn1", norm1)
    Part.layer("conv1", conv1)
    Part.layer("gn2", norm2)
    Part.layer("conv2", conv2)
    Part.layer("gn3", norm3)
    Part.layer("conv3", conv3)
    if let downsample { Part.layer("downsample", downsample) }
  }

  /// The normalisation of the block's input.
  public var entryNormalization: (any NormalizationLayer)? { norm1 }

  /// The block's output.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    let activated = norm1.rectified(input, context)
    let shortcut = downsample?(activated, context) ?? input
    let narrow = norm2.rectified(conv1(activated, context), context)
    let hidden = norm3.rectified(conv2(narrow, context), context)
    return context.tape.apply(Addition(), conv3(hidden, context), shortcut)
  }
}

extension StandardizedBottleneckBlock: GraphLayer {
  /// The normalisations with their rectifiers, the convolutions, and the shortcut.
  public func describe(_ input: GraphValue, in graph: InferenceGraph) throws -> GraphValue {
    let activated = graph.rectified(try graph.apply(norm1, "gn1", to: input))
    let around = try downsample.map { try graph.apply($0, "downsample", to: activated) } ?? input
    let narrow = try graph.apply(conv1, "conv1", to: activated)
    let hidden = try graph.apply(
      conv2, "conv2", to: graph.rectified(graph.apply(norm2, "gn2", to: narrow)))
    let wide = try graph.apply(conv3, "conv3", to: graph.rectified(graph.apply(norm3, "gn3", to: hidden)))
    return graph.sum(wide, around)
  }
}
