/// A layer that turns pictures into one feature vector each.
public protocol Backbone: Layer {
  /// Width of the feature.
  var featureWidth: Int { get }

  /// The layers of each stage, from the image on; what comes before the first one is the stem.
  var stages: [[any Layer]] { get }

  /// The layers behind the last stage that own something, such as a last normalisation.
  var tail: [any Layer] { get }
}

extension Backbone {
  /// Nothing.
  public var tail: [any Layer] { [] }

  /// Freezes all but the last `count` stages, as fine-tuning with MOS does; −1 leaves nothing frozen.
  ///
  /// 0 freezes everything: only a head behind the backbone learns. From 1 on the last stages and the tail are
  /// open, the stem is not; and the normalisation that an open stage begins with, before any convolution, stays
  /// frozen too, as in the public code of the method.
  ///
  /// - Precondition: there are so many stages.
  /// - Reference: Huang & Li, *MOS: Towards Scaling Out-of-distribution Detection for Large Semantic Space*,
  ///   CVPR 2021, arXiv 2105.01879, its `num_block_open`.
  public func open(lastStages count: Int) {
    precondition(count >= -1 && count <= stages.count, "\(count) of \(stages.count) stages cannot be open")
    freeze(count >= 0)
    guard count > 0 else { return }
    for layer in stages.suffix(count).joined() + tail { layer.freeze(false) }
    let first = stages[stages.count - count].lazy.compactMap { Self.firstBlock(of: $0) }.first
    first?.entryNormalization?.freeze()
  }

  private static func firstBlock(of layer: any Layer) -> (any Block)? {
    (layer as? any Block) ?? layer.namedLayers().lazy.compactMap { $0.layer as? any Block }.first
  }
}
