import Kernels

/// By which statistics a batch normalisation normalises.
public enum NormalizationStatistics {
  /// Those of the batch, as in training; forward moves the running estimates if there are any.
  ///
  /// `gradient` tells how the pullback follows them.
  case batch(
    moving: RunningStatistics?, updateRate: Float = 0.1, gradient: StatisticsGradient = .joint)

  /// The running estimates, as in evaluation; constants to the pullback.
  case running(RunningStatistics)
}

/// Running estimates of a channel's mean and variance, used when a network is evaluated.
public struct RunningStatistics {
  /// Means, one a channel.
  public let mean: Tensor

  /// Unbiased variances, one a channel.
  public let variance: Tensor

  /// Estimates kept in given tensors, which training overwrites.
  public init(mean: Tensor, variance: Tensor) {
    self.mean = mean
    self.variance = variance
  }

  /// r ← (1 − rate)·r + rate·statistic, the variance unbiased by n/(n − 1).
  func update(_ moments: Normalization.Moments, count: Int, rate: Float) {
    let unbiased = Double(count) / Double(count - 1)
    let (m, v) = (mean.pointer, variance.pointer)
    for c in moments.mean.indices {
      m[c] = Float((1 - Double(rate)) * Double(m[c]) + Double(rate) * moments.mean[c])
      v[c] = Float((1 - Double(rate)) * Double(v[c]) + Double(rate) * moments.variance[c] * unbiased)
    }
  }
}
