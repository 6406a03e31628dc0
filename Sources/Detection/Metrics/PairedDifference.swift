/// How two figures of the same test images differ, and how much of that the choice of images explains.
///
/// The interval is the percentile interval of the paired bootstrap, the probability twice the share of resamples in
/// which the difference has the other sign or none, counted with the observed one: p = 2 · (1 + min(#{d ≤ 0}, #{d ≥
/// 0})) / (1 + B), at most 1. It tells of test images, not of seeds: another training differs by more. Reference: Efron
/// and Tibshirani, *An Introduction to the Bootstrap*, 1993, chapters 13 and 16.
public struct PairedDifference: Sendable, Equatable {
  /// The first figure less the second.
  public let difference: Double

  /// The lower end of the interval.
  public let lower: Double

  /// The upper end of the interval.
  public let upper: Double

  /// Two-sided, in 0…1.
  public let probability: Double

  /// Compares figures that the same bootstrap has resampled.
  ///
  /// - Precondition: both have as many resamples, at least one.
  public init(_ first: ResampledScores.Values, _ second: ResampledScores.Values, level: Double = 0.95) {
    precondition(
      first.replicates.count == second.replicates.count && !first.replicates.isEmpty,
      "a paired bootstrap has the same resamples on both sides")
    let differences = zip(first.replicates, second.replicates).map { $0 - $1 }.sorted()
    difference = first.figure - second.figure
    lower = Bootstrap.quantile((1 - level) / 2, of: differences)
    upper = Bootstrap.quantile((1 + level) / 2, of: differences)
    let fewer = min(differences.count { $0 <= 0 }, differences.count { $0 >= 0 })
    probability = min(1, 2 * Double(1 + fewer) / Double(1 + differences.count))
  }
}
