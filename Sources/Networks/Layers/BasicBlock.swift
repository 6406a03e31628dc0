import Tensors

/// Two 3×3 convolutions with a shortcut around them.
///
///     y = ReLU(bn2(conv2(ReLU(bn1(conv1(x))))) + shortcut(x))
///
/// The shortcut is the identity where size and width stay.
///
/// - Reference: He, Zhang, Ren & Sun, *Deep Residual Learning for Image Recognition*, CVPR 2016, arXiv
///   1512.03385.
public final class BasicBlock: Block {
  private let conv1, conv2: Conv2d
  private let norm1, norm2: BatchNorm
  private let shortcut: (any Layer)?

  /// A block from `inputs` to `outputs` channels; `stride` is that of its first convolution.
  public init(
    _ inputs: Int, _ outputs: Int, stride: Int, shortcut kind: ShortcutKind, normAffine: NormAffine = .all,
    _ initializer: Initializer
  ) {
    let affine = normAffine.onMainPath
    conv1 = Conv2d(inputs, outputs, kernel: 3, stride: stride, padding: 1, initializer)
    norm1 = BatchNorm(outputs, affine: affine, initializer)
    conv2 = Conv2d(outputs, outputs, kernel: 3, padding: 1, initializer)
    norm2 = BatchNorm(outputs, affine: affine, initializer)
    switch (stride == 1 && inputs == outputs, kind) {
    case (true, _): shortcut = nil
    case (false, .pad): shortcut = PaddedShortcut(stride: stride, channels: outputs)
    case (false, .projection):
      let conv = Conv2d(inputs, outputs, kernel: 1, stride: stride, initializer)
      shortcut = Sequential([conv, BatchNorm(outputs, affine: normAffine.onShortcuts, initializer)])
    }
  }

  /// Both convolutions with their normalisations, and the shortcut if there is one.
  public var parts: [Part] {
    Part.layer("conv1", conv1)
    Part.layer("bn1", norm1)
    Part.layer("conv2", conv2)
    Part.layer("bn2", norm2)
    if let shortcut { Part.layer("shortcut", shortcut) }
  }

  /// The block's output.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    let hidden = norm1.rectified(conv1, of: input, context)
    return norm2.rectified(
      conv2, of: hidden, adding: shortcut?(input, context) ?? input, context)
  }
}

extension BasicBlock: GraphLayer {
  /// Both convolutions with their normalisations and rectifiers, and the shortcut.
  public func describe(_ input: GraphValue, in graph: InferenceGraph) throws -> GraphValue {
    let first = try graph.apply(norm1, "bn1", to: graph.apply(conv1, "conv1", to: input))
    let second = try graph.apply(
      norm2, "bn2", to: graph.apply(conv2, "conv2", to: graph.rectified(first)))
    let around = try shortcut.map { try graph.apply($0, "shortcut", to: input) } ?? input
    return graph.rectified(graph.sum(second, around))
  }
}
