import Tensors

/// Residual networks of basic blocks for small pictures: ResNet-8…56 (widths 16-32-64) and ResNet-18/34
/// (widths 64-128-256-512).
///
/// Stem, stages of basic blocks that halve the side from the second on, mean over all pixels.
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

    /// The narrow kind of given depth, 6n + 2.
    ///
    /// - Precondition: depth − 2 is a positive multiple of 6.
    public static func narrow(depth: Int) -> Plan {
      precondition(depth > 2 && (depth - 2) % 6 == 0, "a narrow ResNet's depth is 6n + 2, got \(depth)")
      return Plan(widths: [16, 32, 64], blocks: Array(repeating: (depth - 2) / 6, count: 3))
    }

    /// ResNet-18.
    public static let resnet18 = Plan(widths: [64, 128, 256, 512], blocks: [2, 2, 2, 2])

    /// ResNet-34.
    public static let resnet34 = Plan(widths: [64, 128, 256, 512], blocks: [3, 4, 6, 3])
  }

  /// Width of the pooled feature.
  public let featureWidth: Int

  private let conv1: Conv2d
  private let norm1: BatchNorm
  private let maxPool: MaxPool?
  private let stages: [Sequential]
  private let averagePool = GlobalAveragePool()

  /// A network of given plan.
  public init(
    _ plan: Plan, shortcut: ShortcutKind = .projection, stem: Stem = .cifar, _ initializer: Initializer
  ) {
    var width = plan.widths[0]
    switch stem {
    case .cifar:
      conv1 = Conv2d(3, width, kernel: 3, padding: 1, initializer)
      maxPool = nil
    case .imagenet:
      conv1 = Conv2d(3, width, kernel: 7, stride: 2, padding: 3, initializer)
      maxPool = MaxPool(size: 3, stride: 2, padding: 1)
    }
    norm1 = BatchNorm(width, initializer)
    var stages: [Sequential] = []
    for (index, (outputs, count)) in zip(plan.widths, plan.blocks).enumerated() {
      var blocks: [any Layer] = []
      for block in 0..<count {
        let stride = index > 0 && block == 0 ? 2 : 1
        blocks.append(BasicBlock(width, outputs, stride: stride, shortcut: shortcut, initializer))
        width = outputs
      }
      stages.append(Sequential(blocks))
    }
    self.stages = stages
    featureWidth = width
  }

  /// Stem, stages and pooling, under torchvision's names.
  public var parts: [Part] {
    Part.layer("conv1", conv1)
    Part.layer("bn1", norm1)
    if let maxPool { Part.layer("maxpool", maxPool) }
    for (index, stage) in stages.enumerated() { Part.layer("layer\(index + 1)", stage) }
    Part.layer("avgpool", averagePool)
  }

  /// The pooled feature.
  ///
  /// Shows the context's stage observer "stem", the pooled one where there is a pool, and "layer1" to the last.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    let stem = norm1.rectified(conv1, of: input, context)
    var output = maxPool?(stem, context) ?? stem
    context.stageObserver?("stem", output)
    for (index, stage) in stages.enumerated() {
      output = stage(output, context)
      context.stageObserver?("layer\(index + 1)", output)
    }
    return averagePool(output, context)
  }
}
