import Tensors

/// Residual networks of Big Transfer: pre-activation bottlenecks with group normalisation and standardised weights.
///
/// A standardised 7×7 convolution with stride 2, a 3×3 max-pool with stride 2 over zero-padded images, whose
/// zeros take part in the maximum, four stages, normalisation, rectifier, mean over all pixels. Names in
/// checkpoints are those of the public PyTorch code, whose head is a 1×1 convolution "head.conv".
///
/// - Shapes: `[batch, height, width, 3]` to features `[batch, 32·width]`.
/// - Reference: Kolesnikov, Beyer, Zhai, Puigcerver, Yung, Gelly & Houlsby, *Big Transfer (BiT): General Visual
///   Representation Learning*, ECCV 2020, arXiv 1912.11370.
public final class BiT: Backbone {
  /// Blocks of each stage by depth.
  private static let plans = [
    14: [1, 1, 1, 1], 26: [2, 2, 2, 2], 50: [3, 4, 6, 3], 101: [3, 4, 23, 3], 152: [3, 8, 36, 3],
  ]

  /// The depths there are, shallow ones first; 14 and 26 are for small machines.
  public static let depths = plans.keys.sorted()

  /// Width of the pooled feature.
  public let featureWidth: Int

  private let root: Sequential
  private let pool = MaxPool(size: 3, stride: 2, padding: 0, zeroMargin: 1)
  private let bodyStages: [Sequential]
  private let lastNorm: GroupNorm
  private let averagePool = GlobalAveragePool()

  /// Whether the stem can be so wide: all layers need whole groups of channels.
  public static func accepts(width: Int) -> Bool { width > 0 && width % 32 == 0 }

  /// A network of given depth whose stem has `width` channels, 64 times the factor in its name.
  ///
  /// - Precondition: the depth is one of `depths`, the width a multiple of 32.
  public init(depth: Int, width: Int = 64, _ initializer: Initializer) {
    precondition(Self.accepts(width: width), "a BiT's width is a multiple of 32, got \(width)")
    guard let blocks = Self.plans[depth] else {
      preconditionFailure("a BiT's depth is one of \(Self.depths), got \(depth)")
    }
    root = Sequential(
      [StandardizedConv2d(3, width, kernel: 7, stride: 2, padding: 3, initializer)], names: ["conv"])
    var channels = width
    var stages: [Sequential] = []
    for (index, count) in blocks.enumerated() {
      let outputs = 4 * width << index
      let units = (0..<count).map { unit in
        defer { channels = outputs }
        return StandardizedBottleneckBlock(
          channels, outputs, stride: index > 0 && unit == 0 ? 2 : 1, initializer)
      }
      stages.append(
        Sequential(units, names: (1...count).map { $0 < 10 ? "unit0\($0)" : "unit\($0)" }))
    }
    bodyStages = stages
    lastNorm = GroupNorm(channels, initializer)
    featureWidth = channels
  }

  /// Root, body and what stands before the head.
  public var parts: [Part] {
    Part.layer("root", root)
    Part.layer("root.pool", pool)
    for (index, stage) in bodyStages.enumerated() { Part.layer("body.block\(index + 1)", stage) }
    Part.layer("before_head.gn", lastNorm)
    Part.layer("before_head.avg", averagePool)
  }

  /// The four stages.
  public var stages: [[any Layer]] { bodyStages.map { [$0] } }

  /// The last normalisation.
  public var tail: [any Layer] { [lastNorm] }

  /// The pooled feature.
  ///
  /// Shows the context's stage observer "root", the pooled one, "block1" to "block4" and "before_head", the last
  /// rectified.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    var output = pool(root(input, context), context)
    context.stageObserver?("root", output)
    for (index, stage) in bodyStages.enumerated() {
      output = stage(output, context)
      context.stageObserver?("block\(index + 1)", output)
    }
    let last = lastNorm.rectified(output, context)
    context.stageObserver?("before_head", last)
    return averagePool(last, context)
  }
}

extension BiT: GraphLayer {
  /// Root, body, last normalisation and pooling.
  public func describe(_ input: GraphValue, in graph: InferenceGraph) throws -> GraphValue {
    var value = try graph.apply(pool, "root.pool", to: graph.apply(root, "root", to: input))
    for (index, stage) in bodyStages.enumerated() {
      value = try graph.apply(stage, "body.block\(index + 1)", to: value)
    }
    let last = graph.rectified(try graph.apply(lastNorm, "before_head.gn", to: value))
    return try graph.apply(averagePool, "before_head.avg", to: last)
  }
}
