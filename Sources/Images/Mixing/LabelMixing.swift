/// How the pictures of a batch are mixed with each other, and what weight each partner's label gets.
///
/// Row n is mixed with row `partners[n]`, in whole or in a box; its target is
///
///     (1 − partnerWeight)·label[n] + partnerWeight·label[partners[n]]
///
/// Papers differ in which of the two their λ multiplies; here it is always the partner.
public struct LabelMixing: Sendable, Equatable {
  /// What part of a mixture is the partner's, 0 to 1; both ends are legal.
  public let partnerWeight: Float

  /// Which row each row is mixed with: a permutation, in which a row may be its own partner.
  public let partners: [Int]

  /// Where the partner's pixels stand (CutMix); nil where they shine through everywhere (mixup).
  public let box: PictureRegion?

  /// A mixing of given parts.
  ///
  /// - Precondition: the weight is in 0…1 and every partner is a row.
  public init(partnerWeight: Float, partners: [Int], box: PictureRegion? = nil) {
    precondition((0...1).contains(partnerWeight), "a partner's weight must be in 0…1, got \(partnerWeight)")
    precondition(partners.allSatisfy(partners.indices.contains), "a partner is no row: \(partners)")
    self.partnerWeight = partnerWeight
    self.partners = partners
    self.box = box
  }

  /// Writes the mixtures of `pictures`, `[count, height, width, channels]`, to `target`.
  ///
  /// - Precondition: both hold one picture a partner and do not overlap; a box lies in the picture.
  public func mix(
    _ pictures: UnsafeBufferPointer<Float>, height: Int, width: Int, channels: Int = 3,
    into target: UnsafeMutableBufferPointer<Float>
  ) {
    let size = height * width * channels
    precondition(
      pictures.count == partners.count * size && target.count == pictures.count,
      "\(partners.count) pictures of \(height)×\(width)×\(channels) need \(partners.count * size) floats, got \(pictures.count) and \(target.count)"
    )
    guard let source = pictures.baseAddress, let target = target.baseAddress else { return }
    for (row, partner) in partners.enumerated() {
      let (own, other, mixed) = (source + row * size, source + partner * size, target + row * size)
      guard let box else {
        let ownWeight = 1 - partnerWeight
        for place in 0..<size { mixed[place] = ownWeight * own[place] + partnerWeight * other[place] }
        continue
      }
      precondition(
        box.fits(height: height, width: width), "\(box) is no part of a \(height)×\(width) picture")
      mixed.update(from: own, count: size)
      for line in box.top..<box.top + box.height {
        let first = (line * width + box.left) * channels
        (mixed + first).update(from: other + first, count: box.width * channels)
      }
    }
  }
}
