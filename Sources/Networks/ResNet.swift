import Tensors

/// Residual networks: ResNet-8…56 (widths 16-32-64), ResNet-18/34 (widths 64-128-256-512) and, of bottlenecks,
/// ResNet-50/101 (widths 256-512-1024-2048).
///
/// Stem, stages of blocks that halve the side from the second on, mean over all pixels.
///
/// - Shapes: `[batch, height, width, 3]` to features `[batch, featureWidth]`.
/// - Reference: He, Zhang, Ren & Sun, *Deep Residual Learning for Image Recognition*, CVPR 2016, arXiv
///   1512.03385.
public final class ResNet: Backbone {
  /// What the first layers are.
  public enum Stem: String, Sendable, CaseIterable {
    /// One 3×3 convolution, for pictures of about 32×32.
    case cifar
    /// A 7×7 convolution with stride 2 and a max-pool, for photographs of about 224×224.
    case imagenet
  }

  /// Depth and widths.
  public struct Plan: Sendable, Hashable {
    /// Output channels of each stage.
    public let widths: [Int]

    /// Blocks of each stage.
    public let blocks: [Int]

    /// Whether the blocks are bottlenecks, whose inner width is a quarter of the stage's.
    public let hasBottlenecks: Bool

    /// So many channels double from stage to stage.
    private init(width: Int, blocks: [Int], hasBottlenecks: Bool = false) {
      precondition(width > 0, "a ResNet's width must be positive, got \(width)")
      let factor = hasBottlenecks ? BottleneckBlock.expansion : 1
      widths = blocks.indices.map { factor * width << $0 }
      self.blocks = blocks
      self.hasBottlenecks = hasBottlenecks
    }

    /// Channels of the stem.
    var stemWidth: Int { hasBottlenecks ? widths[0] / BottleneckBlock.expansion : widths[0] }

    /// The narrow kind of given depth, 6n + 2.
    ///
    /// - Precondition: depth − 2 is a positive multiple of 6.
    public static func narrow(depth: Int, width: Int = 16) -> Plan {
      precondition(depth > 2 && (depth - 2) % 6 == 0, "a narrow ResNet's depth is 6n + 2, got \(depth)")
      return Plan(width: width, blocks: Array(repeating: (depth - 2) / 6, count: 3))
    }

    /// ResNet-18, or a narrower one with `width` channels in its stem.
    public static func resnet18(width: Int = 64) -> Plan { Plan(width: width, blocks: [2, 2, 2, 2]) }

    /// ResNet-34, or a narrower one.
    public static func resnet34(width: Int = 64) -> Plan { Plan(width: width, blocks: [3, 4, 6, 3]) }

    /// ResNet-50, or a narrower one.
    public static func resnet50(width: Int = 64) -> Plan {
      Plan(width: width, blocks: [3, 4, 6, 3], hasBottlenecks: true)
    }

    /// ResNet-101, or a narrower one.
    public static func resnet101(width: Int = 64) -> Plan {
      Plan(width: width, blocks: [3, 4, 23, 3], hasBottlenecks: true)
    }
  }

  /// Width of the pooled feature.
  public let featureWidth: Int

  private let conv1: Conv2d
  private let norm1: BatchNorm
  private let maxPool: MaxPool?
  private let blocks: [Sequential]
  private let averagePool = GlobalAveragePool()

  /// A network of given plan; the shortcuts of bottlenecks are projections.
  public init(
    _ plan: Plan, shortcut: ShortcutKind = .projection, stem: Stem = .cifar, normAffine: NormAffine = .all,
    _ initializer: Initializer
  ) {
    var width = plan.stemWidth
    switch stem {
    case .cifar:
      conv1 = Conv2d(3, width, kernel: 3, padding: 1, initializer)
      maxPool = nil
    case .imagenet:
      conv1 = Conv2d(3, width, kernel: 7, stride: 2, padding: 3, initializer)
      maxPool = MaxPool(size: 3, stride: 2, padding: 1)
    }
    norm1 = BatchNorm(width, affine: normAffine.onMainPath, initializer)
    var stages: [Sequential] = []
    for (index, (outputs, count)) in zip(plan.widths, plan.blocks).enumerated() {
      var blocks: [any Layer] = []
      for block in 0..<count {
        let stride = index > 0 && block == 0 ? 2 : 1
        blocks.append(
          plan.hasBottlenecks
            ? BottleneckBlock(
              width, outputs / BottleneckBlock.expansion, stride: stride, normAffine: normAffine, initializer)
            : BasicBlock(
              width, outputs, stride: stride, shortcut: shortcut, normAffine: normAffine, initializer))
        width = outputs
      }
      stages.append(Sequential(blocks))
    }
    blocks = stages
    featureWidth = width
  }

  /// Stem, stages and pooling, under torchvision's names.
  public var parts: [Part] {
    Part.layer("conv1", conv1)
    Part.layer("bn1", norm1)
    if let maxPool { Part.layer("maxpool", maxPool) }
    for (index, stage) in blocks.enumerated() { Part.layer("layer\(index + 1)", stage) }
    Part.layer("avgpool", averagePool)
  }

  /// The stages.
  public var stages: [[any Layer]] { blocks.map { [$0] } }

  /// The pooled feature.
  ///
  /// Shows the context's stage observer "stem", the pooled one where there is a pool, and "layer1" to the last.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    let stem = norm1.rectified(conv1, of: input, context)
    var output = maxPool?(stem, context) ?? stem
    context.stageObserver?("stem", output)
    for (index, stage) in blocks.enumerated() {
      output = stage(output, context)
      context.stageObserver?("layer\(index + 1)", output)
    }
    return averagePool(output, context)
  }
}

extension ResNet: GraphLayer {
  /// Stem, stages and pooling.
  public func describe(_ input: GraphValue, in graph: InferenceGraph) throws -> GraphValue {
    var value = graph.rectified(try graph.apply(norm1, "bn1", to: graph.apply(conv1, "conv1", to: input)))
    if let maxPool { value = try graph.apply(maxPool, "maxpool", to: value) }
    for (index, stage) in blocks.enumerated() {
      value = try graph.apply(stage, "layer\(index + 1)", to: value)
    }
    return try graph.apply(averagePool, "avgpool", to: value)
  }
}
