import Kernels

/// Naive twins: each operation written in double precision the way its definition reads.
public enum Twin {
  /// Convolution of `[n, h, w, k]` by `[o, k, r, c]`.
  public static func convolution(_ shape: ConvolutionShape, _ x: [Double], _ w: [Double]) -> [Double] {
    var y = [Double](repeating: 0, count: shape.outputCount)
    forEachTerm(shape) { input, weight, output in y[output] += x[input] * w[weight] }
    return y
  }

  /// The gradient of the input, given the output's.
  public static func convolutionInputGradient(_ shape: ConvolutionShape, _ dy: [Double], _ w: [Double])
    -> [Double]
  {
    var dx = [Double](repeating: 0, count: shape.inputCount)
    forEachTerm(shape) { input, weight, output in dx[input] += dy[output] * w[weight] }
    return dx
  }

  /// The gradient of the weights, given the output's.
  public static func convolutionWeightGradient(_ shape: ConvolutionShape, _ x: [Double], _ dy: [Double])
    -> [Double]
  {
    var dw = [Double](repeating: 0, count: shape.weightCount)
    forEachTerm(shape) { input, weight, output in dw[weight] += dy[output] * x[input] }
    return dw
  }

  /// Calls `body` with the indices of each product x·w that an output sums.
  private static func forEachTerm(_ s: ConvolutionShape, _ body: (Int, Int, Int) -> Void) {
    for n in 0..<s.batch {
      for i in 0..<s.outputHeight {
        for j in 0..<s.outputWidth {
          for r in 0..<s.kernelHeight {
            for c in 0..<s.kernelWidth {
              let (y, x) = (i * s.stride + r - s.padding, j * s.stride + c - s.padding)
              guard (0..<s.height).contains(y), (0..<s.width).contains(x) else { continue }
              for o in 0..<s.outputChannels {
                for k in 0..<s.inputChannels {
                  body(
                    ((n * s.height + y) * s.width + x) * s.inputChannels + k,
                    ((o * s.inputChannels + k) * s.kernelHeight + r) * s.kernelWidth + c,
                    ((n * s.outputHeight + i) * s.outputWidth + j) * s.outputChannels + o)
                }
              }
            }
          }
        }
      }
    }
  }

  /// Batch normalisation of `pixels` × `channels` by given statistics, or by the batch's own if absent.
  public static func batchNormalization(
    _ x: [Double], channels: Int, gamma: [Double]?, beta: [Double]?,
    statistics: (mean: [Double], variance: [Double])? = nil
  ) -> [Double] {
    let pixels = x.count / channels
    var y = x
    for c in 0..<channels {
      let values = (0..<pixels).map { x[$0 * channels + c] }
      let mean = statistics?.mean[c] ?? values.reduce(0, +) / Double(pixels)
      let variance =
        statistics?.variance[c] ?? values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(pixels)
      for p in 0..<pixels {
        let normalized = (values[p] - mean) / (variance + Double(Float(1e-5))).squareRoot()
        y[p * channels + c] = (gamma?[c] ?? 1) * normalized + (beta?[c] ?? 0)
      }
    }
    return y
  }

  /// Pooling: `combine` turns the values under a window (the margin left out) into one.
  public static func pooling(
    _ x: [Double], batch: Int, height: Int, width: Int, channels: Int, size: Int, stride: Int, padding: Int,
    _ combine: ([Double]) -> Double
  ) -> [Double] {
    var y: [Double] = []
    for n in 0..<batch {
      for i in 0..<(height + 2 * padding - size) / stride + 1 {
        for j in 0..<(width + 2 * padding - size) / stride + 1 {
          for k in 0..<channels {
            var values: [Double] = []
            for r in 0..<size {
              for c in 0..<size {
                let (row, column) = (i * stride + r - padding, j * stride + c - padding)
                guard (0..<height).contains(row), (0..<width).contains(column) else { continue }
                values.append(x[((n * height + row) * width + column) * channels + k])
              }
            }
            y.append(combine(values))
          }
        }
      }
    }
    return y
  }

  /// x·wᵀ + b.
  public static func affine(_ x: [Double], _ w: [Double], _ b: [Double]?, inputs: Int) -> [Double] {
    let outputs = w.count / inputs
    return (0..<x.count / inputs).flatMap { n in
      (0..<outputs).map { o in
        (0..<inputs).reduce(b?[o] ?? 0) { $0 + x[n * inputs + $1] * w[o * inputs + $1] }
      }
    }
  }
}
