/// Antialiased bilinear resizing, byte for byte that of the Python imaging library Pillow.
///
/// A triangle filter whose support widens with the scale when shrinking, horizontally and then vertically,
/// rounded to bytes in between; weights are 22-bit fixed point.
package struct ResizeBilinear {
  /// One output coordinate's weights over the input coordinates from `start` on.
  private struct Window {
    let start: Int
    let weights: [Int32]
  }

  private static let fractionBits = 22

  private let height: Int
  private let width: Int

  /// Resizing to `height` × `width`, both positive.
  package init(height: Int, width: Int) {
    precondition(height > 0 && width > 0, "cannot resize to \(height)×\(width)")
    self.height = height
    self.width = width
  }

  /// `picture` resized; an axis that keeps its length is left alone.
  package func callAsFunction(_ picture: Picture) -> Picture {
    let wide = picture.width == width ? picture : resizedHorizontally(picture)
    return wide.height == height ? wide : resizedVertically(wide)
  }

  private func resizedHorizontally(_ picture: Picture) -> Picture {
    let windows = ResizeBilinear.windows(from: picture.width, to: width)
    var result = Picture(height: picture.height, width: width)
    picture.pixels.withUnsafeBufferPointer { source in
      result.pixels.withUnsafeMutableBufferPointer { target in
        for row in 0..<picture.height {
          for (column, window) in windows.enumerated() {
            let first = (row * picture.width + window.start) * 3
            let to = (row * width + column) * 3
            for channel in 0..<3 {
              target[to + channel] = ResizeBilinear.sum(
                source, from: first + channel, step: 3, window.weights)
            }
          }
        }
      }
    }
    return result
  }

  private func resizedVertically(_ picture: Picture) -> Picture {
    let windows = ResizeBilinear.windows(from: picture.height, to: height)
    let stride = picture.width * 3
    var result = Picture(height: height, width: picture.width)
    picture.pixels.withUnsafeBufferPointer { source in
      result.pixels.withUnsafeMutableBufferPointer { target in
        for (row, window) in windows.enumerated() {
          for at in 0..<stride {
            target[row * stride + at] = ResizeBilinear.sum(
              source, from: window.start * stride + at, step: stride, window.weights)
          }
        }
      }
    }
    return result
  }

  @inline(__always)
  private static func sum(
    _ source: UnsafeBufferPointer<UInt8>, from first: Int, step: Int, _ weights: [Int32]
  ) -> UInt8 {
    var total: Int32 = 1 << (fractionBits - 1)
    var at = first
    for weight in weights {
      total &+= Int32(source[at]) &* weight
      at += step
    }
    return UInt8(clamping: total >> fractionBits)
  }

  private static func windows(from inputSize: Int, to outputSize: Int) -> [Window] {
    let scale = Double(inputSize) / Double(outputSize)
    let support = max(scale, 1)
    return (0..<outputSize).map { output in
      let centre = (Double(output) + 0.5) * scale
      let start = max(0, Int(centre - support + 0.5))
      let end = min(inputSize, Int(centre + support + 0.5))
      // Divided by multiplying with the reciprocal, and summed in this order, as Pillow does: the last
      // bit decides roundings.
      let reciprocal = 1 / support
      let triangle = (start..<end).map { input in
        max(0, 1 - abs((Double(input) - centre + 0.5) * reciprocal))
      }
      let total = triangle.reduce(0, +)
      let weights = triangle.map { Int32($0 / total * Double(1 << fractionBits) + 0.5) }
      return Window(start: start, weights: weights)
    }
  }
}
