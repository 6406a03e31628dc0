import Glibc

/// Row-wise softmax and log-sum-exp, shifted by the row's maximum so that no logit overflows.
public enum Softmax {
  /// Writes the softmax of each row into `probabilities`, and log Σ exp of each row into `logSumExp`.
  ///
  /// Accumulates in double precision.
  public static func rows(
    _ logits: UnsafePointer<Float>, rows: Int, classes: Int, into probabilities: UnsafeMutablePointer<Float>,
    logSumExp: UnsafeMutablePointer<Double>
  ) {
    Parallel.forEachRange(of: rows, grain: max(1, 4_096 / classes)) { range in
      for row in range {
        let z = logits + row * classes
        let p = probabilities + row * classes
        var top = z[0]
        for c in 1..<max(classes, 1) where z[c] > top || z[c].isNaN { top = z[c] }
        var total = 0.0
        for c in 0..<classes {
          let e = exp(Double(z[c] - top))
          total += e
          p[c] = Float(e)
        }
        let share = Float(1 / total)
        for c in 0..<classes { p[c] *= share }
        logSumExp[row] = Double(top) + log(total)
      }
    }
  }
}
