import Kernels

/// Weights of which only those with the largest scores count: y = w⊙m, where m keeps a share of |s|.
///
/// The mask hides the trunc((1 − kept)·n) weights of smallest |s|, the first among equals. It has no derivative;
/// the straight-through estimate takes that of y by m for that of s by |s|:
///
///     dw = m⊙dy,   ds = sign(s)⊙w⊙dy
///
/// for all elements of s, kept or not; sign(0) = 0.
///
/// - Shapes: w, s and y of one shape, float32.
/// - Cost: a few passes over w; saves w, s and the mask.
/// - Reference: Ramanujan, Wortsman, Kembhavi, Farhadi & Rastegari, *What's Hidden in a Randomly Weighted Neural
///   Network?*, CVPR 2020, arXiv 1911.13299.
public struct EdgePopup: Function {
  /// What the pullback needs.
  public struct Saved {
    let weights, scores, mask: Tensor
  }

  /// The operation's name in profiles.
  public static let name: StaticString = "edge-popup"

  private let kept: Double

  /// A mask that keeps the share `kept` of the weights.
  public init(keeping kept: Double) {
    precondition(kept >= 0 && kept <= 1, "a mask keeps a share in 0…1, got \(kept)")
    self.kept = kept
  }

  /// The mask that such scores make: zeros and ones.
  public static func mask(of scores: Tensor, keeping kept: Double, in arena: Arena) -> Tensor {
    let mask = Tensor(scores.shape, in: arena)
    WeightRanking.mask(
      scores.pointer, count: scores.count,
      hiding: WeightRanking.hiddenCount(keeping: kept, of: scores.count), into: mask.pointer)
    return mask
  }

  /// Ranks the scores and masks the weights.
  ///
  /// - Precondition: weights and scores have one shape.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Saved) {
    let (weights, scores) = (inputs[0], inputs[1])
    precondition(
      weights.shape == scores.shape, "\(Self.name): scores of \(scores.shape) for weights of \(weights.shape)"
    )
    let mask = Self.mask(of: scores, keeping: kept, in: arena)
    let output = Tensor(weights.shape, in: arena)
    Elementwise.multiply(weights.pointer, mask.pointer, count: weights.count, into: output.pointer)
    return (output, Saved(weights: weights, scores: scores, mask: mask))
  }

  /// The gradients of weights and scores, each only if wanted.
  public func backward(
    _ outputGradient: Tensor, _ saved: Saved, _ gradients: InputGradients, _ arena: Arena
  ) {
    let count = outputGradient.count
    if gradients.wants(0) {
      let gradient = Tensor(outputGradient.shape, in: arena)
      Elementwise.multiply(
        outputGradient.pointer, saved.mask.pointer, count: count, into: gradient.pointer)
      gradients.add(gradient, to: 0)
    }
    if gradients.wants(1) {
      let gradient = Tensor(outputGradient.shape, in: arena)
      Elementwise.multiply(
        outputGradient.pointer, saved.weights.pointer, signOf: saved.scores.pointer, count: count,
        into: gradient.pointer)
      gradients.add(gradient, to: 1)
    }
  }
}
