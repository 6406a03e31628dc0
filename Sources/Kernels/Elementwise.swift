import CKernels

/// Operations that see each element by itself, in parallel.
public enum Elementwise {
  /// Elements a task works on: 64 KiB a stream, so that two or three streams stay in a core's cache.
  private static let grain = 16_384

  /// y = max(x, 0); a NaN stays NaN.
  public static func relu(_ x: UnsafePointer<Float>, count: Int, into y: UnsafeMutablePointer<Float>) {
    let kernels = KernelTable.current
    Parallel.forEachRange(of: count, grain: grain) { range in
      kernels.table.relu(x + range.lowerBound, range.count, y + range.lowerBound)
    }
  }

  /// dx = dy where y > 0, else 0; the subgradient at 0 is 0.
  public static func reluGradient(
    output y: UnsafePointer<Float>, outputGradient dy: UnsafePointer<Float>, count: Int,
    into dx: UnsafeMutablePointer<Float>
  ) {
    let kernels = KernelTable.current
    Parallel.forEachRange(of: count, grain: grain) { range in
      let start = range.lowerBound
      kernels.table.relu_gradient(y + start, dy + start, range.count, dx + start)
    }
  }

  /// y = a + b; `y` may be `a` or `b`.
  public static func add(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int, into y: UnsafeMutablePointer<Float>
  ) {
    let kernels = KernelTable.current
    Parallel.forEachRange(of: count, grain: grain) { range in
      let start = range.lowerBound
      kernels.table.add(a + start, b + start, range.count, y + start)
    }
  }

  /// y = factor·x; `y` may be `x`.
  public static func scale(
    _ x: UnsafePointer<Float>, by factor: Float, count: Int, into y: UnsafeMutablePointer<Float>
  ) {
    let kernels = KernelTable.current
    Parallel.forEachRange(of: count, grain: grain) { range in
      kernels.table.scale(x + range.lowerBound, factor, range.count, y + range.lowerBound)
    }
  }
}
