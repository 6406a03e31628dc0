import CKernels

/// Operations that see each element by itself, in parallel.
public enum Elementwise {
  /// Elements a task works on: 64 KiB a stream, so that two or three streams stay in a core's cache.
  private static let grain = 16_384

  /// y = max(x, 0); a NaN stays NaN.
  public static func relu(_ x: ActivationPointer, count: Int, into y: ActivationPointer) {
    let kernels = x.kernels(with: y)
    Parallel.forEachRange(of: count, grain: grain) { range in
      kernels.relu((x + range.lowerBound).base, range.count, (y + range.lowerBound).base)
    }
  }

  /// dx = dy where y > 0, else 0; the subgradient at 0 is 0.
  public static func reluGradient(
    output y: ActivationPointer, outputGradient dy: ActivationPointer, count: Int,
    into dx: ActivationPointer
  ) {
    let kernels = y.kernels(with: dy, dx)
    Parallel.forEachRange(of: count, grain: grain) { range in
      let start = range.lowerBound
      kernels.relu_gradient((y + start).base, (dy + start).base, range.count, (dx + start).base)
    }
  }

  /// y = a + b; `y` may be `a` or `b`.
  public static func add(
    _ a: ActivationPointer, _ b: ActivationPointer, count: Int, into y: ActivationPointer
  ) {
    let kernels = a.kernels(with: b, y)
    Parallel.forEachRange(of: count, grain: grain) { range in
      let start = range.lowerBound
      kernels.add((a + start).base, (b + start).base, range.count, (y + start).base)
    }
  }

  /// y = x in y's element type: exactly where that is wider, else the nearest, ties to even.
  public static func convert(_ x: ActivationPointer, count: Int, into y: ActivationPointer) {
    Parallel.forEachRange(of: count, grain: grain) { range in
      let (source, target) = (x + range.lowerBound, y + range.lowerBound)
      if source.elementType == target.elementType {
        target.copy(source, range.count)
      } else {
        target.write(range.count, .image) { source.widen(range.count, into: $0) }
      }
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

  /// y = a·b; `y` may be `a` or `b`.
  public static func multiply(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int, into y: UnsafeMutablePointer<Float>
  ) {
    Parallel.forEachRange(of: count, grain: grain) { range in
      for i in range { y[i] = a[i] * b[i] }
    }
  }

  /// y = a·b·sign(s), where sign(0) = 0.
  public static func multiply(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, signOf s: UnsafePointer<Float>, count: Int,
    into y: UnsafeMutablePointer<Float>
  ) {
    Parallel.forEachRange(of: count, grain: grain) { range in
      for i in range { y[i] = s[i] > 0 ? a[i] * b[i] : s[i] < 0 ? -(a[i] * b[i]) : 0 }
    }
  }
}
