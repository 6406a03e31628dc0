import Kernels
import Tensors

/// By what weights are ranked when a mask hides the lowest.
public enum MaskRanking: Sendable, Hashable {
  /// Random scores, uniform in ±1/√fanIn, which follow from a seed.
  case random(seed: UInt64)
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
      case .random(let seed): maskScores(of: weight, index, seed, arena).value
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

  /// Gives every convolution and the classifier scores that decide which share of its weights counts, and freezes
  /// all else: only the scores learn.
  ///
  /// Scores begin uniform in ±1/√fanIn. Running estimates keep moving.
  ///
  /// - Reference: as `mask(keeping:by:acrossLayers:in:)`, there UMAP.
  public func learnMasks(keeping kept: Double, seed: UInt64, in arena: Arena) {
    for named in namedParameters() { named.parameter.isFrozen = true }
    for (index, weight) in maskableWeights.map(\.parameter).enumerated() {
      weight.mask = WeightMask(.scores(maskScores(of: weight, index, seed, arena), keeping: kept))
    }
  }

  /// Takes all masks away; what was frozen stays frozen.
  public func removeMasks() {
    for weight in maskableWeights { weight.parameter.mask = nil }
  }

  /// Whether masks hide anything at present; without masks, true.
  public var appliesMasks: Bool {
    get { maskableWeights.allSatisfy { $0.parameter.mask?.isActive ?? true } }
    set { for weight in maskableWeights { weight.parameter.mask?.isActive = newValue } }
  }

  private func maskScores(of weight: Parameter, _ index: Int, _ seed: UInt64, _ arena: Arena) -> Parameter {
    let shape = weight.value.shape
    let bound = 1 / Float(shape.count / shape[0]).squareRoot()
    // Lane 0 belongs to the parameters themselves.
    var stream = RandomStream(seed: seed, purpose: .initialization, index: index, lane: 1)
    return Parameter(Tensor(shape, (0..<shape.count).map { _ in stream.uniform(-bound, bound) }, in: arena))
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
