/// How the scores of several sets are distributed over the same bins of equal width.
public struct ScoreHistogram: Sendable, Equatable {
  /// The edges of the bins, one more than there are bins.
  public let edges: [Double]

  /// For each set, the share of its images in each bin divided by the bin's width.
  public let densities: [[Double]]

  /// For each set, the share of its images outside the bins.
  public let outside: [Double]

  /// The histogram of the scores of each set.
  ///
  /// The bins span all finite scores but the two thousandth parts at either end of each set, so that a few extreme
  /// ones do not press all others into one bin. Throws `MetricsError` if a score is NaN.
  public init(_ sets: [[Double]], binCount: Int = 60) throws {
    precondition(binCount > 0, "a histogram needs a bin, got \(binCount)")
    var (low, high) = (Double.infinity, -Double.infinity)
    for scores in sets {
      let keys = try ScoreOrder(scores.filter { !$0.isInfinite }, "a set's").keys
      guard !keys.isEmpty else { continue }
      let trimmed = keys.count / 500
      low = min(low, ScoreOrder.score(keys[trimmed]))
      high = max(high, ScoreOrder.score(keys[keys.count - 1 - trimmed]))
    }
    if low > high { (low, high) = (0, 1) }
    if low == high {
      let room = max(abs(low) * 1e-3, 1e-6)
      (low, high) = (low - room, high + room)
    }
    let width = (high - low) / Double(binCount)
    edges = (0...binCount).map { low + Double($0) * width }
    var densities: [[Double]] = []
    var outside: [Double] = []
    for scores in sets {
      var counts = [Int](repeating: 0, count: binCount)
      for score in scores where score >= low && score <= high {
        counts[min(Int((score - low) / width), binCount - 1)] += 1
      }
      let total = Double(max(scores.count, 1))
      densities.append(counts.map { Double($0) / (total * width) })
      outside.append(Double(scores.count - counts.reduce(0, +)) / total)
    }
    self.densities = densities
    self.outside = outside
  }
}
