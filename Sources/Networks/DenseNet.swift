import Tensors

/// Densely connected networks with bottlenecks and compression, DenseNet-BC, for small pictures.
///
/// A 3×3 stem of 2·growth channels, three dense blocks with transitions between them, normalisation,
/// rectifier, mean over all pixels. DenseNet-BC-100-12 goes 24 → 216 → 108 → 300 → 150 → 342 channels.
///
/// Each block has ⌊⌊(depth − 4) / 3⌋ / 2⌋ layers, so a depth between two exact ones gives the lower one's
/// network: the "DenseNet-101" of some papers is DenseNet-BC-100. Their public code starts these networks by
/// `Initializer.Rule.normal`.
///
/// - Shapes: `[batch, height, width, 3]` to features `[batch, featureWidth]`; the side must be at least 4.
/// - Reference: Huang, Liu, van der Maaten & Weinberger, *Densely Connected Convolutional Networks*, CVPR
///   2017, arXiv 1608.06993.
public final class DenseNet: Backbone {
  /// Width of the pooled feature.
  public let featureWidth: Int

  private let conv1: Conv2d
  private let blocks: [DenseBlock]
  private let transitions: [Transition]
  private let norm1: BatchNorm
  private let averagePool = GlobalAveragePool()

  /// Whether a network can have this many layers: enough for one in each block.
  public static func accepts(depth: Int) -> Bool { depth >= 10 }

  /// A network of given depth, whose layers add `growth` channels each.
  ///
  /// A transition keeps the share `reduction` of its channels, rounded down, but at least one. In training the share
  /// `dropout` of the output of all convolutions but the first is dropped.
  ///
  /// - Precondition: the depth is 10 or more, the growth positive and the reduction in 0 < x ≤ 1.
  public init(
    depth: Int, growth: Int = 12, reduction: Double = 0.5, affine: Bool = true, dropout: Double = 0,
    _ initializer: Initializer
  ) {
    precondition(Self.accepts(depth: depth), "a DenseNet-BC's depth is at least 10, got \(depth)")
    precondition(growth > 0, "a DenseNet's growth must be positive, got \(growth)")
    precondition(
      reduction > 0 && reduction <= 1, "a DenseNet keeps 0 < x ≤ 1 of its channels, got \(reduction)")
    let count = (depth - 4) / 3 / 2
    var channels = 2 * growth
    conv1 = Conv2d(3, channels, kernel: 3, padding: 1, initializer)
    var (blocks, transitions): ([DenseBlock], [Transition]) = ([], [])
    for block in 0..<3 {
      if block > 0 {
        let kept = max(1, Int(reduction * Double(channels)))
        transitions.append(Transition(channels, kept, affine: affine, dropout: dropout, initializer))
        channels = kept
      }
      blocks.append(
        DenseBlock(
          channels, count: count, growth: growth, affine: affine, dropout: dropout, initializer))
      channels += count * growth
    }
    (self.blocks, self.transitions) = (blocks, transitions)
    norm1 = BatchNorm(channels, affine: affine, initializer)
    featureWidth = channels
  }

  /// Stem, blocks with their transitions, last normalisation and pooling, under the names of the public code.
  public var parts: [Part] {
    Part.layer("conv1", conv1)
    for (index, block) in blocks.enumerated() {
      if index > 0 { Part.layer("trans\(index)", transitions[index - 1]) }
      Part.layer("block\(index + 1)", block)
    }
    Part.layer("bn1", norm1)
    Part.layer("avgpool", averagePool)
  }

  /// The dense blocks, each with the transition before it.
  public var stages: [[any Layer]] {
    blocks.enumerated().map { index, block in index == 0 ? [block] : [transitions[index - 1], block] }
  }

  /// The last normalisation.
  public var tail: [any Layer] { [norm1] }

  /// The pooled feature.
  ///
  /// Shows the context's stage observer "conv1", "trans1", "trans2" and "bn1", the last one rectified.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    let stem = conv1(input, context)
    context.stageObserver?("conv1", stem)
    var output = blocks[0](stem, context)
    for (index, (transition, block)) in zip(transitions, blocks.dropFirst()).enumerated() {
      let between = transition(output, context)
      context.stageObserver?("trans\(index + 1)", between)
      output = block(between, context)
    }
    let last = norm1.rectified(output, context)
    context.stageObserver?("bn1", last)
    return averagePool(last, context)
  }
}

extension DenseNet: GraphLayer {
  /// Stem, blocks with their transitions, last normalisation and pooling.
  public func describe(_ input: GraphValue, in graph: InferenceGraph) throws -> GraphValue {
    var value = try graph.apply(conv1, "conv1", to: input)
    for (index, block) in blocks.enumerated() {
      if index > 0 { value = try graph.apply(transitions[index - 1], "trans\(index)", to: value) }
      value = try graph.apply(block, "block\(index + 1)", to: value)
    }
    return try graph.apply(
      averagePool, "avgpool", to: graph.rectified(graph.apply(norm1, "bn1", to: value)))
  }
}
