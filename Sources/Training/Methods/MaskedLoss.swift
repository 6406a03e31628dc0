import Images
import Kernels
import Networks
import Tensors

/// The loss that a network has when a few of its weights are hidden: where Unleashing Mask lets the loss settle.
///
/// The mean cross-entropy over the training images as they are augmented in training, with running estimates and
/// without dropout, averaged over several random masks.
///
/// - Reference: Zhu et al., *Unleashing Mask: Explore the Intrinsic Out-of-Distribution Detection Capability*, ICML
///   2023, arXiv 2306.03715, section 3.3.
public struct MaskedLoss: Sendable, Hashable {
  /// By what weights are ranked before the lowest are hidden.
  public enum Scores: String, Sendable, CaseIterable {
    /// Random numbers, uniform by the layer's fan-in.
    case uniform
    /// Random numbers, standard normal.
    case gaussian
    /// The weights' own magnitude.
    case magnitude
  }

  /// The share of the weights that is kept, the paper's δ.
  public var kept: Double

  /// How many masks are drawn.
  public var draws: Int

  /// By what weights are ranked.
  public var scores: Scores

  /// Whether all layers are ranked together; otherwise each by itself.
  public var acrossLayers: Bool

  /// A measurement with given masks; δ is the paper's for CIFAR-10.
  public init(
    kept: Double = 0.975, draws: Int = 1, scores: Scores = .uniform, acrossLayers: Bool = false
  ) {
    self.kept = kept
    self.draws = draws
    self.scores = scores
    self.acrossLayers = acrossLayers
  }

  /// Measures it on a network as it is; throws if an image cannot be read.
  ///
  /// Costs a forward pass over the images of the set for each draw. All random numbers follow from the seed.
  public func measure(
    _ network: Network, _ evaluator: Evaluator, on set: ImageSet, through pipeline: PicturePipeline,
    seed: UInt64, in arena: Arena
  ) throws -> Double {
    var mean = Mean()
    // The magnitude makes one mask only.
    for draw in 0..<(scores == .magnitude ? 1 : draws) {
      let loss = try withMask(draw, of: network, seed: seed, in: arena) {
        try evaluator.meanCrossEntropy(
          on: set, through: pipeline, seed: self.seed(draw, .augmentation, seed))
      }
      mean.add(loss)
    }
    return mean.value
  }

  /// Measures it for a stage that begins, on the training pictures; throws if an image cannot be read.
  ///
  /// Masks that are learned are off meanwhile: it is the loss of the network from before they were.
  func measure(_ resources: StageResources) throws -> Double {
    let material = resources.material
    return try resources.network.unmasked {
      try measure(
        resources.network, resources.evaluator, on: material.whole ?? material.training,
        through: material.pipeline, seed: resources.seed, in: resources.arena)
    }
  }

  /// What `body` finds while the network wears draw number `draw`.
  public func withMask<Result>(
    _ draw: Int, of network: Network, seed: UInt64, in arena: Arena, _ body: () throws -> Result
  ) rethrows -> Result {
    try network.withMask(
      keeping: kept, by: ranking(draw, seed), acrossLayers: acrossLayers, in: arena, body)
  }

  private func ranking(_ draw: Int, _ seed: UInt64) -> MaskRanking {
    let seed = self.seed(draw, .diagnosis, seed)
    return switch scores {
    case .uniform: .random(seed: seed)
    case .gaussian: .gaussian(seed: seed)
    case .magnitude: .magnitude
    }
  }

  private func seed(_ draw: Int, _ purpose: RandomStream.Purpose, _ seed: UInt64) -> UInt64 {
    var stream = RandomStream(seed: seed, purpose: purpose, index: draw, lane: 1)
    return stream.next()
  }
}
