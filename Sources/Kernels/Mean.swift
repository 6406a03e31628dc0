/// A weighted mean to which values are added one by one.
public struct Mean: Codable, Sendable, Equatable {
  /// Σ weight · value.
  public private(set) var sum = 0.0

  /// Σ weight.
  public private(set) var weight = 0.0

  /// The mean of nothing.
  public init() {}

  /// Adds a value.
  public mutating func add(_ value: Double, weight: Double = 1) {
    sum += weight * value
    self.weight += weight
  }

  /// Adds what another mean is of, `scale` times.
  public mutating func add(_ other: Mean, scale: Double = 1) {
    sum += scale * other.sum
    weight += scale * other.weight
  }

  /// The mean; NaN of nothing.
  public var value: Double { weight > 0 ? sum / weight : .nan }
}
