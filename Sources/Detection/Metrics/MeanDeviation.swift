import Foundation

/// The mean of a figure over several runs and how far the runs lie from it.
public struct MeanDeviation: Sendable, Equatable {
  /// The mean, NaN of no runs.
  public let mean: Double

  /// The population standard deviation, the root of the mean squared distance from the mean; 0 for one run.
  public let deviation: Double

  /// The number of runs.
  public let count: Int

  /// The mean and deviation of `values`.
  public init(_ values: [Double]) {
    count = values.count
    let mean = values.reduce(0, +) / Double(values.count)
    self.mean = mean
    deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
  }

  /// The sample standard deviation, with n − 1 in place of n; NaN for fewer than two runs.
  public var sampleDeviation: Double {
    count < 2 ? .nan : deviation * (Double(count) / Double(count - 1)).squareRoot()
  }

  /// "92.90 ± 0.24 (6)" with that many decimals, the values multiplied by `scale`, 100 for percent.
  public func text(decimals: Int = 2, scale: Double = 1) -> String {
    let numbers = [mean, deviation].map { String(format: "%.\(decimals)f", $0 * scale) }
    return "\(numbers[0]) ± \(numbers[1]) (\(count))"
  }
}
