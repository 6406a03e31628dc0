/// Maximum and mean over windows of NHWC images; images are the unit of parallel work.
public enum Pooling {
  /// y = mean over the window, whose margin counts neither as value nor in the divisor.
  public static func average(
    _ shape: PoolingShape, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
  ) {
    forEachWindow(shape) { output, window in
      let target = y + output * shape.channels
      target.update(repeating: 0, count: shape.channels)
      let share = 1 / Float(window.count)
      window.forEachPixel { pixel in
        let source = x + pixel * shape.channels
        for c in 0..<shape.channels { target[c] += source[c] }
      }
      for c in 0..<shape.channels { target[c] *= share }
    }
  }

  /// dx = Σ over the windows that cover the pixel, dy divided by the window's pixels.
  public static func averageGradient(
    _ shape: PoolingShape, outputGradient dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>
  ) {
    clear(shape, dx)
    forEachWindow(shape) { output, window in
      let source = dy + output * shape.channels
      let share = 1 / Float(window.count)
      window.forEachPixel { pixel in
        let target = dx + pixel * shape.channels
        for c in 0..<shape.channels { target[c] += source[c] * share }
      }
    }
  }

  /// y = maximum over the window; NaN if there is one.
  public static func maximum(
    _ shape: PoolingShape, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
  ) {
    forEachWindow(shape) { output, window in
      let target = y + output * shape.channels
      target.update(repeating: -.infinity, count: shape.channels)
      window.forEachPixel { pixel in
        let source = x + pixel * shape.channels
        for c in 0..<shape.channels where source[c] > target[c] || source[c].isNaN { target[c] = source[c] }
      }
    }
  }

  /// dx = Σ dy of the windows whose maximum the pixel is; among equals the first row-major pixel has it, a NaN before all.
  public static func maximumGradient(
    _ shape: PoolingShape, input x: UnsafePointer<Float>, output y: UnsafePointer<Float>,
    outputGradient dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>
  ) {
    clear(shape, dx)
    forEachWindow(shape) { output, window in
      for c in 0..<shape.channels {
        let index = output * shape.channels + c
        var given = false
        window.forEachPixel { pixel in
          let value = x[pixel * shape.channels + c]
          guard !given, value == y[index] || value.isNaN else { return }
          dx[pixel * shape.channels + c] += dy[index]
          given = true
        }
      }
    }
  }

  private static func clear(_ shape: PoolingShape, _ dx: UnsafeMutablePointer<Float>) {
    let image = shape.height * shape.width * shape.channels
    Parallel.forEach(shape.batch) { n in (dx + n * image).update(repeating: 0, count: image) }
  }

  /// The pixels under one window, as indices of pixels in the batch.
  private struct Window {
    let rows, columns: Range<Int>
    let firstPixel, width: Int

    var count: Int { rows.count * columns.count }

    func forEachPixel(_ body: (Int) -> Void) {
      for y in rows {
        for x in columns { body(firstPixel + y * width + x) }
      }
    }
  }

  /// Calls `body` with the index of each output pixel and its window.
  private static func forEachWindow(_ shape: PoolingShape, _ body: (Int, Window) -> Void) {
    Parallel.forEach(shape.batch) { n in
      for i in 0..<shape.outputHeight {
        for j in 0..<shape.outputWidth {
          let window = Window(
            rows: shape.covered(i, of: shape.height), columns: shape.covered(j, of: shape.width),
            firstPixel: n * shape.height * shape.width, width: shape.width)
          body((n * shape.outputHeight + i) * shape.outputWidth + j, window)
        }
      }
    }
  }
}
