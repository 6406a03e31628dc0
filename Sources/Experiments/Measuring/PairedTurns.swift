/// The times of two things that took turns in short rounds, compared round by round.
///
/// A machine whose speed drifts, or that does something else now and then, changes both sides of a round alike; the
/// median of the rounds' ratios keeps out what hits one side of a few.
package struct PairedTurns {
  /// All times of the first thing.
  package private(set) var first: [Duration] = []

  /// All times of the second thing.
  package private(set) var second: [Duration] = []

  /// Of each round, the median time of the second thing divided by that of the first.
  package private(set) var ratios: [Double] = []

  /// No rounds yet.
  package init() {}

  /// Adds a round.
  ///
  /// - Precondition: each side has a time.
  package mutating func append(_ first: [Duration], _ second: [Duration]) {
    self.first += first
    self.second += second
    ratios.append(second.median / first.median)
  }

  /// The median of the rounds' ratios.
  ///
  /// - Precondition: there is a round.
  package var ratio: Double {
    let sorted = ratios.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  /// Holds the true median in about 95 of 100 measurements, whatever the distribution.
  ///
  /// Its ends are the sorted ratios of rank n/2 − 0.98·√n from below and from above, by the binomial distribution's
  /// normal approximation; with a few rounds, the smallest and the largest ratio.
  ///
  /// - Precondition: there is a round.
  package var interval: (low: Double, high: Double) {
    let sorted = ratios.sorted()
    let count = Double(sorted.count)
    let rank = max(1, Int((count / 2 - 0.98 * count.squareRoot()).rounded(.down)))
    return (sorted[rank - 1], sorted[sorted.count - rank])
  }
}
