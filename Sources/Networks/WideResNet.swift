import Tensors

/// Wide residual networks: WRN-16-2, WRN-28-10, WRN-40-2, WRN-40-4 and their like.
///
/// A 3×3 stem of 16 channels, three stages of pre-activation blocks with 16k, 32k and 64k channels of which
/// the second and third halve the side, normalisation, rectifier, mean over all pixels.
///
/// Their public code starts them by `Initializer.Rule.normal`.
///
/// - Shapes: `[batch, height, width, 3]` to features `[batch, 64·width]`.
/// - Reference: Zagoruyko & Komodakis, *Wide Residual Networks*, BMVC 2016, arXiv 1605.07146.
public final class WideResNet: Backbone {
  /// Width of the pooled feature.
  public let featureWidth: Int

  private let conv1: Conv2d
  private let blocks: [Sequential]
  private let norm1: BatchNorm
  private let averagePool = GlobalAveragePool()

  /// Whether a network can have this many layers: 6n + 4 with n ≥ 1.
  public static func accepts(depth: Int) -> Bool { depth >= 10 && (depth - 4) % 6 == 0 }

  /// A network of given depth, `width` times as wide as the narrow residual networks.
  ///
  /// In training the share `dropout` of what each block's second convolution sees is dropped.
  ///
  /// - Precondition: the depth is 6n + 4, the width is positive.
  public init(
    depth: Int, width: Int, affine: Bool = true, dropout: Double = 0, _ initializer: Initializer
  ) {
    precondition(Self.accepts(depth: depth), "a wide ResNet's depth is 6n + 4, got \(depth)")
    precondition(width > 0, "a wide ResNet's width must be positive, got \(width)")
    var channels = 16
    conv1 = Conv2d(3, channels, kernel: 3, padding: 1, initializer)
    var stages: [Sequential] = []
    for (outputs, stride) in [(16 * width, 1), (32 * width, 2), (64 * width, 2)] {
      let blocks = (0..<(depth - 4) / 6).map { block in
        defer { channels = outputs }
        return PreactivationBlock(
          channels, outputs, stride: block == 0 ? stride : 1, affine: affine, dropout: dropout, initializer)
      }
      stages.append(Sequential(blocks, prefix: "layer."))
    }
    blocks = stages
    norm1 = BatchNorm(channels, affine: affine, initializer)
    featureWidth = channels
  }

  /// Stem, stages, last normalisation and pooling, under the names of the public code.
  public var parts: [Part] {
    Part.layer("conv1", conv1)
    for (index, stage) in blocks.enumerated() { Part.layer("block\(index + 1)", stage) }
    Part.layer("bn1", norm1)
    Part.layer("avgpool", averagePool)
  }

  /// The three stages.
  public var stages: [[any Layer]] { blocks.map { [$0] } }

  /// The last normalisation.
  public var tail: [any Layer] { [norm1] }

  /// The pooled feature.
  ///
  /// Shows the context's stage observer "conv1" and "block1" to "block3", the last before its normalisation.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    var output = conv1(input, context)
    context.stageObserver?("conv1", output)
    for (index, stage) in blocks.enumerated() {
      output = stage(output, context)
      context.stageObserver?("block\(index + 1)", output)
    }
    return averagePool(norm1.rectified(output, context), context)
  }
}

extension WideResNet: GraphLayer {
  /// Stem, stages, last normalisation and pooling.
  public func describe(_ input: GraphValue, in graph: InferenceGraph) throws -> GraphValue {
    var value = try graph.apply(conv1, "conv1", to: input)
    for (index, stage) in blocks.enumerated() {
      value = try graph.apply(stage, "block\(index + 1)", to: value)
    }
    return try graph.apply(
      averagePool, "avgpool", to: graph.rectified(graph.apply(norm1, "bn1", to: value)))
  }
}
