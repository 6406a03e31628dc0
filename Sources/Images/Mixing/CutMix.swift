import Kernels

/// Draws how a batch is mixed by CutMix: a box of every picture is replaced by the partner's pixels.
///
/// λ ~ Beta(β, β) is the share meant to stay; the box has √(1 − λ) of each side about a uniform centre, and is
/// clipped at the border. The weight of the partner's label is the share of the area that the box really has.
///
/// - Reference: Yun et al., *CutMix: Regularization Strategy to Train Strong Classifiers with Localizable
///   Features*, ICCV 2019.
public struct CutMix: Sendable, Hashable {
  /// How the box's side is rounded.
  public enum Convention: String, Sendable, CaseIterable {
    /// The whole side is rounded down, and then its half.
    case openOOD = "openood"

    /// Half the side is rounded down.
    case torchvision
  }

  /// The parameter of the share's distribution.
  public let beta: Double

  /// How the box's side is rounded.
  public let convention: Convention

  /// CutMix with that parameter.
  ///
  /// - Precondition: `beta` is positive.
  public init(beta: Double = 1, convention: Convention = .openOOD) {
    precondition(beta > 0, "CutMix's β must be positive, got \(beta)")
    self.beta = beta
    self.convention = convention
  }

  /// The mixing of a batch of `count` pictures; all random numbers follow from seed, epoch and step.
  public func mixing(
    count: Int, height: Int, width: Int, seed: UInt64, epoch: Int, step: Int
  ) -> LabelMixing {
    mixing(
      count: count, height: height, width: width,
      using: RandomStream(seed: seed, purpose: .mixing, epoch: epoch, index: step))
  }

  /// The mixing of a batch of `count` pictures, drawn from a stream of its own.
  public func mixing(count: Int, height: Int, width: Int, using stream: RandomStream) -> LabelMixing {
    var random = stream
    var partners = Array(0..<count)
    random.shuffle(&partners)
    let kept = random.beta(beta)
    let box = box(
      kept: kept, centreRow: random.below(height), centreColumn: random.below(width), height: height,
      width: width)
    return LabelMixing(
      partnerWeight: Float(Double(box.area) / Double(height * width)), partners: partners, box: box)
  }

  /// The box about a centre, of 1 − `kept` of a picture's area before it is clipped.
  package func box(kept: Double, centreRow: Int, centreColumn: Int, height: Int, width: Int) -> PictureRegion
  {
    let ratio = max(0, 1 - kept).squareRoot()
    func half(_ side: Int) -> Int {
      switch convention {
      case .openOOD: Int(Double(side) * ratio) / 2
      case .torchvision: Int(0.5 * ratio * Double(side))
      }
    }
    let (down, across) = (half(height), half(width))
    let (top, left) = (max(0, centreRow - down), max(0, centreColumn - across))
    return PictureRegion(
      top: top, left: left, height: min(height, centreRow + down) - top,
      width: min(width, centreColumn + across) - left)
  }
}
