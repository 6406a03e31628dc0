import Kernels
import Tensors

/// By what weights are ranked when a mask hides the lowest.
public enum MaskRanking: Sendable, Hashable {
  /// Random scores, uniform in ±1/√fanIn, which follow from a seed.
  case random(seed: UInt64)
  /// Random scores, standard normal, which follow from a seed.
  ///
  /// Of one layer they hide as many weights, all sets of them alike, as uniform ones do; of all layers together they do
  /// not favour wide ones.
  case gaussian(seed: UInt64)
  /// The weights' own magnitude.
  case magnitude
}

// Masks on the weights of all convolutions and of the head, for UM and UMAP.
extension Network {
  /// The weights that masks act on: those of all convolutions and of the classifier, by layer.
  public var maskableWeights: [NamedParameter] {
    (backbone.namedLayers() + [(headName, classifier)]).compactMap { name, layer in
      (layer as? any WeightedLayer).map { NamedParameter(name: name, parameter: $0.weight) }
    }
  }

  /// Hides the share 1 − `kept` of the weights that rank lowest: of each layer, or of all layers together.
  ///
  /// trunc((1 − kept)·n) of n weights are hidden, the first among equals.
  ///
  /// - Reference: Zhu et al., *Unleashing Mask: Explore the Intrinsic Out-of-Distribution Detection Capability*,
  ///   ICML 2023, arXiv 2306.03715; its δ is the share that is kept.
  public func mask(keeping kept: Double, by ranking: MaskRanking, acrossLayers: Bool = false, in arena: Arena)
  {
    let weights = maskableWeights.map(\.parameter)
    let scores = weights.enumerated().map { index, weight in
      switch ranking {
      case .random(let seed): uniformScores(of: weight, index, seed, arena)
      case .gaussian(let seed): gaussianScores(of: weight, index, seed, arena)
      case .magnitude: weight.value
      }
    }
    guard acrossLayers else {
      for (weight, scores) in zip(weights, scores) {
        weight.mask = WeightMask(.fixed(EdgePopup.mask(of: scores, keeping: kept, in: arena)))
      }
      return
    }
    let all = scores.flatMap(\.values)
    let mask = EdgePopup.mask(of: Tensor([all.count], all, in: arena), keeping: kept, in: arena).values
    var first = 0
    for weight in weights {
      let own = mask[first..<first + weight.value.count]
      weight.mask = WeightMask(.fixed(Tensor(weight.value.shape, own, in: arena)))
      first += weight.value.count
    }
  }

  /// What `body` finds while such a mask is on; masks that were there before are put back.
  public func withMask<Result>(
    keeping kept: Double, by ranking: MaskRanking, acrossLayers: Bool = false, in arena: Arena,
    _ body: () throws -> Result
  ) rethrows -> Result {
    let weights = maskableWeights.map(\.parameter)
    let earlier = weights.map(\.mask)
    defer { for (weight, mask) in zip(weights, earlier) { weight.mask = mask } }
    mask(keeping: kept, by: ranking, acrossLayers: acrossLayers, in: arena)
    return try body()
  }

  /// Gives every convolution and the classifier scores that decide which share of its weights counts, and freezes
  /// all else: only the scores learn.
  ///
  /// Scores begin uniform in ±1/√fanIn; those that are there already go on. With the first scores every batch
  /// normalisation gets a second set of running estimates, which training moves from then on.
  ///
  /// - Reference: as `mask(keeping:by:acrossLayers:in:)`, there UMAP.
  public func learnMasks(keeping kept: Double, _ initializer: Initializer) {
    if !hasLearnedMasks { addSecondEstimates(in: initializer.arena) }
    let scores = maskableWeights.map { weight in
      let shape = weight.parameter.value.shape
      let fresh = initializer.uniform(shape, fanIn: shape.count / shape[0])
      return weight.parameter.mask?.scores ?? fresh
    }
    for named in namedParameters() { named.parameter.isFrozen = true }
    for (weight, scores) in zip(maskableWeights, scores) {
      scores.isFrozen = false
      weight.parameter.mask = WeightMask(.scores(scores, keeping: kept))
    }
  }

  /// Whether masks are there that learn or have learned.
  public var hasLearnedMasks: Bool { maskableWeights.contains { $0.parameter.mask?.scores != nil } }

  /// Takes all masks away, and second running estimates with them; what was frozen stays frozen.
  public func removeMasks() {
    for weight in maskableWeights { weight.parameter.mask = nil }
    for norm in batchNorms { norm.removeSecondEstimates() }
  }

  /// Whether masks hide anything at present; without masks, true.
  public var appliesMasks: Bool {
    get { maskableWeights.allSatisfy { $0.parameter.mask?.isActive ?? true } }
    set { for weight in maskableWeights { weight.parameter.mask?.isActive = newValue } }
  }

  /// What `body` finds while no mask hides anything and the first running estimates are in use.
  ///
  /// Of a network whose masks are learned, that is the network before they were.
  public func unmasked<Result>(_ body: () throws -> Result) rethrows -> Result {
    let masks = maskableWeights.compactMap(\.parameter.mask)
    let before = (masks.map(\.isActive), usesSecondEstimates)
    defer {
      for (mask, isActive) in zip(masks, before.0) { mask.isActive = isActive }
      usesSecondEstimates = before.1
    }
    appliesMasks = false
    usesSecondEstimates = false
    return try body()
  }

  private func uniformScores(of weight: Parameter, _ index: Int, _ seed: UInt64, _ arena: Arena) -> Tensor {
    let shape = weight.value.shape
    let bound = 1 / Float(shape.count / shape[0]).squareRoot()
    // Lane 0 belongs to the parameters themselves.
    var stream = RandomStream(seed: seed, purpose: .initialization, index: index, lane: 1)
    return Tensor(shape, (0..<shape.count).map { _ in stream.uniform(-bound, bound) }, in: arena)
  }

  private func gaussianScores(of weight: Parameter, _ index: Int, _ seed: UInt64, _ arena: Arena) -> Tensor {
    var stream = RandomStream(seed: seed, purpose: .initialization, index: index, lane: 2)
    return Tensor(
      weight.value.shape, (0..<weight.value.count).map { _ in stream.normal() }, in: arena)
  }
}

// Two sets of running estimates, so that a network that is tuned under a mask can be had back without it.
extension Network {
  /// Gives every batch normalisation a second set of running estimates, equal to the first, and uses that.
  ///
  /// Training moves the set in use; both are saved, the second as "second_running_mean" and so on.
  public func addSecondEstimates(in arena: Arena) {
    for norm in batchNorms { norm.addSecondEstimates(in: arena) }
  }

  /// Whether the second set of running estimates is in use.
  ///
  /// - Precondition: there is one, if it is to be used.
  public var usesSecondEstimates: Bool {
    get { batchNorms.contains { $0.usesSecondEstimates } }
    set { for norm in batchNorms { norm.usesSecondEstimates = newValue } }
  }

  private var batchNorms: [BatchNorm] { namedLayers().compactMap { $0.layer as? BatchNorm } }
}
