import Tensors

/// A 1×1, a 3×3 and a 1×1 convolution with a shortcut around them.
///
///     y = ReLU(bn3(conv3(ReLU(bn2(conv2(ReLU(bn1(conv1(x)))))))) + shortcut(x))
///
/// conv1 narrows, conv3 widens to four times that. The stride is the 3×3 convolution's, as in torchvision
/// ("version 1.5"), where the paper has it in conv1. The shortcut is the identity where size and width stay.
///
/// - Reference: He, Zhang, Ren & Sun, *Deep Residual Learning for Image Recognition*, CVPR 2016, arXiv
///   1512.03385.
public final class BottleneckBlock: Block {
  /// How many times wider the output is than the convolution in the middle.
  public static let expansion = 4

  private let conv1, conv2, conv3: Conv2d
  private let norm1, norm2, norm3: BatchNorm
  private let shortcut: (any Layer)?

  /// A block from `inputs` to four times `width` channels; `stride` is that of its 3×3 convolution.
  public init(
    _ inputs: Int, _ width: Int, stride: Int, normAffine: NormAffine = .all, _ initializer: Initializer
  ) {
    let (outputs, affine) = (Self.expansion * width, normAffine.onMainPath)
    conv1 = Conv2d(inputs, width, kernel: 1, initializer)
    norm1 = BatchNorm(width, affine: affine, initializer)
    conv2 = Conv2d(width, width, kernel: 3, stride: stride, padding: 1, initializer)
    norm2 = BatchNorm(width, affine: affine, initializer)
    conv3 = Conv2d(width, outputs, kernel: 1, initializer)
    norm3 = BatchNorm(outputs, affine: affine, initializer)
    shortcut =
      stride == 1 && inputs == outputs
      ? nil
      : Sequential([
        Conv2d(inputs, outputs, kernel: 1, stride: stride, initializer),
        BatchNorm(outputs, affine: normAffine.onShortcuts, initializer),
      ])
  }

  /// The convolutions with their normalisations, and the shortcut if there is one.
  public var parts: [Part] {
    Part.layer("conv1", conv1)
    Part.layer("bn1", norm1)
    Part.layer("conv2", conv2)
    Part.layer("bn2", norm2)
    Part.layer("conv3", conv3)
    Part.layer("bn3", norm3)
    if let shortcut { Part.layer("shortcut", shortcut) }
  }

  /// The block's output.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    let narrow = norm1.rectified(conv1, of: input, context)
    let hidden = norm2.rectified(conv2, of: narrow, context)
    return norm3.rectified(conv3, of: hidden, adding: shortcut?(input, context) ?? input, context)
  }
}

extension BottleneckBlock: GraphLayer {
  /// The convolutions with their normalisations and rectifiers, and the shortcut.
  public func describe(_ input: GraphValue, in graph: InferenceGraph) throws -> GraphValue {
    let narrow = try graph.apply(norm1, "bn1", to: graph.apply(conv1, "conv1", to: input))
    let hidden = try graph.apply(
      norm2, "bn2", to: graph.apply(conv2, "conv2", to: graph.rectified(narrow)))
    let wide = try graph.apply(norm3, "bn3", to: graph.apply(conv3, "conv3", to: graph.rectified(hidden)))
    let around = try shortcut.map { try graph.apply($0, "shortcut", to: input) } ?? input
    return graph.rectified(graph.sum(wide, around))
  }
}
