/// Filters of a convolution, each brought to mean 0 and variance 1.
///
/// A filter is one run of `size` weights; filters are shared out over the threads.
public enum FilterStandardization {
  /// u = (w − mean)/√(variance + ε), filter by filter, with the biased variance; returns 1/√(variance + ε).
  public static func forward(
    _ w: UnsafePointer<Float>, filters: Int, size: Int, epsilon: Double, into u: UnsafeMutablePointer<Float>
  ) -> [Float] {
    var inverse = [Float](repeating: 0, count: filters)
    inverse.withUnsafeMutableBufferPointer { inverse in
      forEachFilter(filters, size) { filter in
        let (w, u) = (w + filter * size, u + filter * size)
        let mean = sum(size) { Double(w[$0]) } / Double(size)
        let squares = sum(size) { index in
          let deviation = Double(w[index]) - mean
          return deviation * deviation
        }
        let factor = 1 / (squares / Double(size) + epsilon).squareRoot()
        for i in 0..<size { u[i] = Float((Double(w[i]) - mean) * factor) }
        inverse[filter] = Float(factor)
      }
    }
    return inverse
  }

  /// dw = (g − mean(g) − u·mean(g·u))·inverse, filter by filter.
  public static func gradient(
    _ g: UnsafePointer<Float>, _ u: UnsafePointer<Float>, inverse: [Float], size: Int,
    into dw: UnsafeMutablePointer<Float>
  ) {
    forEachFilter(inverse.count, size) { filter in
      let (g, u, dw) = (g + filter * size, u + filter * size, dw + filter * size)
      let mean = Float(sum(size) { Double(g[$0]) } / Double(size))
      let product = Float(sum(size) { Double(g[$0]) * Double(u[$0]) } / Double(size))
      for i in 0..<size { dw[i] = (g[i] - mean - u[i] * product) * inverse[filter] }
    }
  }

  /// Σ of `size` terms: eight partial sums in a fixed order, so that they need not wait for each other.
  @inline(__always)
  private static func sum(_ size: Int, _ term: (Int) -> Double) -> Double {
    var totals = SIMD8<Double>(repeating: 0)
    let whole = size / 8 * 8
    for first in stride(from: 0, to: whole, by: 8) {
      for lane in 0..<8 { totals[lane] += term(first + lane) }
    }
    var total = totals.sum()
    for index in whole..<size { total += term(index) }
    return total
  }

  private static func forEachFilter(_ filters: Int, _ size: Int, _ body: (Int) -> Void) {
    // About 16,000 weights a task.
    Parallel.forEachRange(of: filters, grain: max(1, 16_384 / max(size, 1))) { $0.forEach(body) }
  }
}
