import CKernels

/// Maximum and mean over windows of NHWC images; images are the unit of parallel work.
///
/// All of it is computed in float32, and rounded once where activations are stored otherwise.
public enum Pooling {
  /// y = mean over the window, whose margin counts neither as value nor in the divisor.
  public static func average(_ shape: PoolingShape, _ x: ActivationPointer, into y: ActivationPointer) {
    forEachImage(shape) { input, output in
      let x = (x + input.lowerBound).floats(input.count, .image)
      (y + output.lowerBound).write(output.count, .gradient) { y in
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
    }
  }

  /// dx = Σ over the windows that cover the pixel, dy divided by the window's pixels.
  public static func averageGradient(
    _ shape: PoolingShape, outputGradient dy: ActivationPointer, into dx: ActivationPointer
  ) {
    forEachImage(shape) { input, output in
      let dy = (dy + output.lowerBound).floats(output.count, .gradient)
      (dx + input.lowerBound).write(input.count, .image) { dx in
        dx.update(repeating: 0, count: input.count)
        forEachWindow(shape) { output, window in
          let source = dy + output * shape.channels
          let share = 1 / Float(window.count)
          window.forEachPixel { pixel in
            let target = dx + pixel * shape.channels
            for c in 0..<shape.channels { target[c] += source[c] * share }
          }
        }
      }
    }
  }

  /// y = maximum over the window; NaN if there is one.
  public static func maximum(_ shape: PoolingShape, _ x: ActivationPointer, into y: ActivationPointer) {
    forEachImage(shape) { input, output in
      let x = (x + input.lowerBound).floats(input.count, .image)
      (y + output.lowerBound).write(output.count, .gradient) { y in
        forEachWindow(shape) { output, window in
          let target = y + output * shape.channels
          target.update(repeating: -.infinity, count: shape.channels)
          window.forEachPixel { pixel in
            let source = x + pixel * shape.channels
            for c in 0..<shape.channels where source[c] > target[c] || source[c].isNaN {
              target[c] = source[c]
            }
          }
        }
      }
    }
  }

  /// dx = Σ dy of the windows whose maximum the pixel is; among equals the first row-major pixel has it, a NaN before
  /// all.
  public static func maximumGradient(
    _ shape: PoolingShape, input x: ActivationPointer, output y: ActivationPointer,
    outputGradient dy: ActivationPointer, into dx: ActivationPointer
  ) {
    forEachImage(shape) { input, output in
      let x = (x + input.lowerBound).floats(input.count, .image)
      let y = (y + output.lowerBound).floats(output.count, .output)
      let dy = (dy + output.lowerBound).floats(output.count, .gradient)
      (dx + input.lowerBound).write(input.count, .sums) { dx in
        dx.update(repeating: 0, count: input.count)
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
    }
  }

  /// y = mean over all pixels of an image, `[batch, channels]` in float32 whatever the images are.
  public static func globalAverage(
    _ x: ActivationPointer, batch: Int, pixels: Int, channels: Int, into y: UnsafeMutablePointer<Float>
  ) {
    let kernels = x.kernels()
    Parallel.forEach(batch) { n in
      let target = y + n * channels
      kernels.column_sums((x + n * pixels * channels).base, pixels, channels, target)
      for c in 0..<channels { target[c] /= Float(pixels) }
    }
  }

  /// dx = dy / pixels, for every pixel of an image.
  public static func globalAverageGradient(
    _ dy: UnsafePointer<Float>, batch: Int, pixels: Int, channels: Int, into dx: ActivationPointer
  ) {
    let share = 1 / Float(pixels)
    Parallel.forEach(batch) { n in
      let (source, target) = (dy + n * channels, dx + n * pixels * channels)
      target.write(channels, .image) { first in
        for c in 0..<channels { first[c] = source[c] * share }
      }
      for pixel in 1..<max(pixels, 1) { (target + pixel * channels).copy(target, channels) }
    }
  }

  /// The pixels under one window, as indices of pixels in the image.
  private struct Window {
    let rows, columns: Range<Int>
    let width: Int

    var count: Int { rows.count * columns.count }

    func forEachPixel(_ body: (Int) -> Void) {
      for y in rows {
        for x in columns { body(y * width + x) }
      }
    }
  }

  /// Calls `body`, on all threads, with the elements of each image and of its output.
  private static func forEachImage(
    _ shape: PoolingShape, _ body: (_ input: Range<Int>, _ output: Range<Int>) -> Void
  ) {
    let inputs = shape.height * shape.width * shape.channels
    let outputs = shape.outputHeight * shape.outputWidth * shape.channels
    Parallel.forEach(shape.batch) { n in
      body(n * inputs..<(n + 1) * inputs, n * outputs..<(n + 1) * outputs)
    }
  }

  /// Calls `body` with the index of each output pixel of an image and its window.
  private static func forEachWindow(_ shape: PoolingShape, _ body: (Int, Window) -> Void) {
    for i in 0..<shape.outputHeight {
      for j in 0..<shape.outputWidth {
        let window = Window(
          rows: shape.covered(i, of: shape.height), columns: shape.covered(j, of: shape.width),
          width: shape.width)
        body(i * shape.outputWidth + j, window)
      }
    }
  }
}
