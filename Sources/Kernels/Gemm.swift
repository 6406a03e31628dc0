import COpenBLAS

/// Matrix products by OpenBLAS, which runs on one thread a call; the threads are ours.
public enum Gemm {
  /// OpenBLAS's own threads would compete with the pool's and change the bits with their number.
  static let singleThreaded: Void = openblas_set_num_threads(1)

  /// OpenBLAS's version and the processor it chose its routines for.
  public static var library: String {
    let version = String(cString: openblas_get_config()).split(separator: " ").prefix(2).joined(
      separator: " ")
    return "\(version) (\(String(cString: openblas_get_corename())))"
  }

  /// c = a·b, or c += a·b, of row-major matrices: a is m×k, b is k×n, after transposition where asked.
  ///
  /// Cut into bands of rows by shape alone, so the bits do not depend on the number of threads.
  public static func multiply(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, transposingLeft: Bool = false,
    transposingRight: Bool = false, rows m: Int, columns n: Int, inner k: Int, adding: Bool = false,
    into c: UnsafeMutablePointer<Float>
  ) {
    _ = singleThreaded
    // About a million multiply-adds a band: ten microseconds and more.
    let band = max(1, min(m, 1_048_576 / max(1, n * k)))
    Parallel.forEachRange(of: m, grain: band) { range in
      let first = range.lowerBound
      cblas_sgemm(
        CblasRowMajor, transposingLeft ? CblasTrans : CblasNoTrans,
        transposingRight ? CblasTrans : CblasNoTrans,
        blasint(range.count), blasint(n), blasint(k), 1, transposingLeft ? a + first : a + first * k,
        blasint(transposingLeft ? m : k), b, blasint(transposingRight ? k : n), adding ? 1 : 0, c + first * n,
        blasint(n))
    }
  }

  /// c = a·b, or c += a·b, in double precision; otherwise as the product of floats.
  package static func multiply(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, transposingLeft: Bool = false,
    transposingRight: Bool = false, rows m: Int, columns n: Int, inner k: Int, adding: Bool = false,
    into c: UnsafeMutablePointer<Double>
  ) {
    _ = singleThreaded
    let band = max(1, min(m, max(32, 1_048_576 / max(1, n * k))))
    Parallel.forEachRange(of: m, grain: band) { range in
      let first = range.lowerBound
      cblas_dgemm(
        CblasRowMajor, transposingLeft ? CblasTrans : CblasNoTrans,
        transposingRight ? CblasTrans : CblasNoTrans,
        blasint(range.count), blasint(n), blasint(k), 1, transposingLeft ? a + first : a + first * k,
        blasint(transposingLeft ? m : k), b, blasint(transposingRight ? k : n), adding ? 1 : 0, c + first * n,
        blasint(n))
    }
  }
}
