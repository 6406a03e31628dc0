import Glibc

extension RandomStream {
  /// A number in (0, 1), neither end included: an odd multiple of 2⁻⁵⁴.
  public mutating func openUniform() -> Double {
    (Double(next() >> 11) + 0.5) * 0x1p-53
  }

  /// A number of the distribution Beta(α, α): mean ½, variance 1 ∕ (4(2α + 1)).
  ///
  /// The ratio of two gamma variates, taken in logarithms because for small α both can be too small for a
  /// number; exactly 0 and exactly 1 do occur then. α = 0 means 0, no draw: nothing of the second part.
  ///
  /// - Precondition: `alpha` is not negative.
  public mutating func beta(_ alpha: Double) -> Double {
    precondition(alpha >= 0, "a beta distribution's parameter cannot be negative, got \(alpha)")
    guard alpha > 0 else { return 0 }
    let first = logGamma(alpha)
    let second = logGamma(alpha)
    // Below the smallest numbers both logarithms are infinite, and the distribution is that of a coin.
    guard first > -.infinity || second > -.infinity else { return Double(below(2)) }
    return 1 / (1 + exp(second - first))
  }

  /// Weights of the symmetric Dirichlet distribution: `count` numbers that add up to 1.
  ///
  /// - Precondition: `alpha` is positive.
  public mutating func dirichlet(_ alpha: Double, count: Int) -> [Double] {
    let logs = (0..<count).map { _ in logGamma(alpha) }
    let largest = logs.max() ?? 0
    let shares = logs.map { exp($0 - largest) }
    let total = shares.reduce(0, +)
    return shares.map { $0 / total }
  }

  /// The logarithm of a number of the distribution Gamma(α, 1).
  ///
  /// Marsaglia and Tsang's squeeze for α ≥ 1; below, log G(α + 1) + log U ∕ α.
  ///
  /// - Reference: Marsaglia & Tsang, *A Simple Method for Generating Gamma Variables*, ACM TOMS 2000.
  /// - Precondition: `alpha` is positive.
  public mutating func logGamma(_ alpha: Double) -> Double {
    precondition(alpha > 0, "a gamma distribution's parameter must be positive, got \(alpha)")
    guard alpha >= 1 else { return logGamma(alpha + 1) + log(openUniform()) / alpha }
    let shift = alpha - 1.0 / 3
    let slope = 1 / (9 * shift).squareRoot()
    while true {
      let x = Double(normal())
      let root = 1 + slope * x
      guard root > 0 else { continue }
      let cube = root * root * root
      if log(openUniform()) < x * x / 2 + shift * (1 - cube + log(cube)) { return log(shift * cube) }
    }
  }
}
