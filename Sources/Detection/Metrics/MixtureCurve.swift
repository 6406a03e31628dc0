import Kernels

/// Where mixtures of two known images stand between known and unknown ones, by the share of the second image.
///
/// As the share grows, mixtures become easier to tell from known images and harder to tell from unknown ones
/// (Figure 3b of the AugRevise paper). A mixture is (1 − λ)·x + λ·x′ of the pixels, x′ being the image that
/// `partners` assigns to x.
public struct MixtureCurve: Sendable, Equatable {
  /// The curve at one share.
  public struct Point: Sendable, Equatable {
    /// The share λ of the second image.
    public let share: Double

    /// How well known images are told from mixtures, known ones positive.
    public let inliersFromMixtures: Double

    /// How well mixtures are told from unknown images, mixtures positive: the mean over the sets.
    public let mixturesFromOutliers: Double
  }

  /// One point a share, in the order given.
  public let points: [Point]

  /// The shares of the paper's figure.
  public static let shares = [0.1, 0.2, 0.3, 0.4, 0.5]

  /// The curve of the scores of known images, of their mixtures at each share, and of the images of each unknown set.
  ///
  /// Throws `MetricsError` if a score is NaN.
  public init(
    inliers: [Double], mixtures: [(share: Double, scores: [Double])], outliers: [[Double]]
  ) throws {
    let known = try ScoreOrder(inliers, "in-distribution")
    let unknown = try outliers.map { try ScoreOrder($0, "out-of-distribution") }
    points = try mixtures.map { share, scores in
      let order = try ScoreOrder(scores, "mixed")
      let sets = try unknown.map { try OODMetrics(inliers: order, outliers: $0).auroc }
      return Point(
        share: share, inliersFromMixtures: try OODMetrics(inliers: known, outliers: order).auroc,
        mixturesFromOutliers: sets.reduce(0, +) / Double(sets.count))
    }
  }

  /// Another image for each of `count`, never itself: one random cycle through all, fixed by `seed`.
  ///
  /// Of one image there is no other: it is its own partner.
  public static func partners(of count: Int, seed: UInt64 = 0) -> [Int] {
    var partners = Array(0..<count)
    var stream = RandomStream(seed: seed, purpose: .mixing)
    // Sattolo's variant of Fisher and Yates: an element never stays, so the permutation is one cycle.
    for last in stride(from: count - 1, to: 0, by: -1) { partners.swapAt(last, stream.below(last)) }
    return partners
  }
}
