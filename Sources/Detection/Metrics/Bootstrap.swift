import Kernels

/// How far the figures of a detector would move if other images had been drawn: percentile intervals.
///
/// Each replicate draws as many known and as many unknown images as there are, with replacement, each side for
/// itself, and measures them. The draws are a pure function of seed, replicate and side, so that two scores of the
/// same images are resampled alike, and the intervals have the same bits on any number of threads.
/// Reference: Efron and Tibshirani, *An Introduction to the Bootstrap*, 1993, chapter 13.
public struct Bootstrap: Sendable, Equatable {
  /// How often the images are drawn anew; 1000 give a 95 % interval its second digit.
  public let replicateCount: Int

  /// The share of replicates inside an interval.
  public let level: Double

  /// What the draws follow from.
  public let seed: UInt64

  /// A bootstrap of that many replicates.
  ///
  /// - Precondition: at least one replicate, a level in 0..<1.
  public init(replicateCount: Int = 1000, level: Double = 0.95, seed: UInt64 = 0) {
    precondition(replicateCount > 0, "a bootstrap needs a replicate, got \(replicateCount)")
    precondition(level >= 0 && level < 1, "a bootstrap's level is in 0..<1, got \(level)")
    self.replicateCount = replicateCount
    self.level = level
    self.seed = seed
  }

  /// The lower and upper ends of the intervals of all figures.
  public struct Interval: Sendable, Equatable {
    /// The lower end of each figure.
    public let lower: MetricFigures

    /// The upper end of each figure.
    public let upper: MetricFigures
  }

  /// The intervals of one score's figures; NaN if either side has no images.
  ///
  /// Throws `MetricsError` if a score is NaN. Costs about 25 ns an image and replicate, shared by all threads.
  public func interval(inlierScores: [Double], outlierScores: [Double]) throws -> Interval {
    let counts = try ThresholdCounts(inliers: inlierScores, outliers: outlierScores)
    return interval(of: replicates([counts]).map { $0[0] })
  }

  /// The intervals of the figures of the first score less those of the second, on the same images.
  ///
  /// An interval that does not hold 0 says that the scores differ by more than the choice of images explains.
  /// Throws `MetricsError` if a score is NaN or the scores are not of equally many images.
  public func difference(
    inlierScores: (first: [Double], second: [Double]), outlierScores: (first: [Double], second: [Double])
  ) throws -> Interval {
    for (side, scores) in [("in-distribution", inlierScores), ("out-of-distribution", outlierScores)]
    where scores.first.count != scores.second.count {
      throw MetricsError(
        description: "a paired bootstrap compares scores of the same images, got \(scores.first.count) and "
          + "\(scores.second.count) \(side) ones")
    }
    let counts = [
      try ThresholdCounts(inliers: inlierScores.first, outliers: outlierScores.first),
      try ThresholdCounts(inliers: inlierScores.second, outliers: outlierScores.second),
    ]
    return interval(of: replicates(counts).map { $0[0].subtracting($0[1]) })
  }

  /// The figures of each replicate, of every score on the same draw.
  ///
  /// Sets of outliers that are drawn independently of one another differ in `outlierSide`.
  func replicates(_ scores: [ThresholdCounts], outlierSide: Int = 1) -> [[MetricFigures]] {
    let inlierCount = scores[0].inlierPlaces.count
    let outlierCount = scores[0].outlierPlaces.count
    let undefined = [MetricFigures](repeating: MetricFigures(repeating: .nan), count: scores.count)
    var results = [[MetricFigures]](repeating: undefined, count: replicateCount)
    guard inlierCount > 0, outlierCount > 0 else { return results }
    let distinct = scores.map(\.count).max() ?? 0
    let grain = 8
    results.withUnsafeMutableBufferPointer { results in
      Parallel.forEachRange(of: replicateCount, grain: grain) { range in
        var inliers = [Int32](repeating: 0, count: distinct)
        var outliers = inliers
        for replicate in range {
          let inlierSample = sample(inlierCount, replicate, side: 0)
          let outlierSample = sample(outlierCount, replicate, side: outlierSide)
          results[replicate] = scores.map { counts in
            counts.figures(inlierSample: inlierSample, outlierSample: outlierSample, &inliers, &outliers)
          }
        }
      }
    }
    return results
  }

  /// As many of the images as there are, with replacement; in-distribution images are side 0.
  func sample(_ count: Int, _ replicate: Int, side: Int) -> [Int32] {
    var stream = RandomStream(seed: seed, purpose: .bootstrap, epoch: side, index: replicate)
    return (0..<count).map { _ in Int32(truncatingIfNeeded: stream.below(count)) }
  }

  private func interval(of replicates: [MetricFigures]) -> Interval {
    var lower = MetricFigures(repeating: .nan)
    var upper = lower
    for (_, figure) in MetricFigures.keys {
      let values = replicates.map { $0[keyPath: figure] }.sorted()
      guard !values.contains(where: \.isNaN) else { continue }
      lower[keyPath: figure] = Self.quantile((1 - level) / 2, of: values)
      upper[keyPath: figure] = Self.quantile((1 + level) / 2, of: values)
    }
    return Interval(lower: lower, upper: upper)
  }

  /// The quantile of ascending values, linear between neighbours, as NumPy's default.
  static func quantile(_ share: Double, of values: [Double]) -> Double {
    let position = share * Double(values.count - 1)
    let below = Int(position.rounded(.down))
    let above = min(below + 1, values.count - 1)
    return values[below] + (values[above] - values[below]) * (position - Double(below))
  }
}
