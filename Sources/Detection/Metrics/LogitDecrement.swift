/// By what share the largest logit of the same images falls from one network to another.
///
///     r = (s − s′) / s        s: largest logit under the first network, s′: under the second
///
/// Augmentations such as label smoothing and mixup lower the logits of known images by a larger share than those of
/// unknown ones, which is what harms the score (Proposition 4.2 and Figure 3a of the AugRevise paper).
public struct LogitDecrement: Sendable, Equatable {
  /// The decrement of the mean largest logit, what the paper's bars show: (mean s − mean s′) / mean s.
  public let ofMeans: Double

  /// The mean of the images' decrements over those with |s| > 0.1; unstable where logits are small.
  public let meanOfRatios: Double

  /// How many images entered `meanOfRatios`.
  public let ratioCount: Int

  /// The decrement from `base` to `other`, the largest logits of the same images in the same order.
  ///
  /// Throws `MetricsError` if the lists differ in length or hold a number that is not finite.
  public init(from base: [Double], to other: [Double]) throws {
    guard base.count == other.count else {
      throw MetricsError(
        description: "a decrement compares the same images, got \(base.count) and \(other.count) of them")
    }
    for (name, logits) in [("first", base), ("second", other)] {
      if let index = logits.firstIndex(where: { !$0.isFinite }) {
        throw MetricsError(description: "the \(name) network's logit of image \(index) is not finite")
      }
    }
    let (sum, otherSum) = (base.reduce(0, +), other.reduce(0, +))
    ofMeans = (sum - otherSum) / sum
    let ratios = zip(base, other).filter { abs($0.0) > 0.1 }.map { ($0 - $1) / $0 }
    meanOfRatios = ratios.reduce(0, +) / Double(ratios.count)
    ratioCount = ratios.count
  }

  /// The decrement between two networks' tables of the same images.
  ///
  /// Throws `FeatureTableError` if one has no logits, `MetricsError` if they differ in length.
  public init(from base: FeatureTable, to other: FeatureTable) throws {
    func largest(_ table: FeatureTable) throws -> [Double] {
      try table.plainLogits(for: "a decrement").mapRows { LogitRow($0).maximum }
    }
    try self.init(from: try largest(base), to: try largest(other))
  }

  /// The bound of Proposition 4.2, (r_i − r_o) / (1 − r_o): the larger, the more the score loses.
  public static func harm(inliers: Double, outliers: Double) -> Double {
    (inliers - outliers) / (1 - outliers)
  }
}
