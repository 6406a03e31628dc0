import Glibc

/// Where each pixel of a transformed picture comes from: a 2×3 matrix from new to old coordinates.
///
///     x_old = a·(x + ½) + b·(y + ½) + c,   y_old = d·(x + ½) + e·(y + ½) + f
///
/// Pixels that come from outside the picture are black. The arithmetic is Pillow's, so the bytes are too:
/// 16.16 fixed point for the nearest pixel, double with truncation for bilinear interpolation.
package struct AffineMap: Sendable, Equatable {
  /// How a colour between pixels is found.
  package enum Interpolation: Sendable { case nearest, bilinear }

  private let a, b, c, d, e, f: Double

  private init(_ a: Double, _ b: Double, _ c: Double, _ d: Double, _ e: Double, _ f: Double) {
    (self.a, self.b, self.c, self.d, self.e, self.f) = (a, b, c, d, e, f)
  }

  /// Each row moves by `slope` times its distance from the top, to the left where positive.
  package static func shear(x slope: Double) -> AffineMap { AffineMap(1, slope, 0, 0, 1, 0) }

  /// Each column moves by `slope` times its distance from the left, upwards where positive.
  package static func shear(y slope: Double) -> AffineMap { AffineMap(1, 0, 0, slope, 1, 0) }

  /// The picture moves to the right and down by so many pixels.
  package static func translation(x: Int, y: Int) -> AffineMap {
    AffineMap(1, 0, Double(-x), 0, 1, Double(-y))
  }

  /// The picture turns counter-clockwise about its centre.
  package static func rotation(degrees: Double, height: Int, width: Int) -> AffineMap {
    // Pillow reduces the angle to 0…360 and rounds sine and cosine to 15 places, so that right angles are exact.
    let reduced = degrees - 360 * (degrees / 360).rounded(.down)
    let angle = -(reduced * (.pi / 180))
    let (cosine, sine) = (rounded(cos(angle)), rounded(sin(angle)))
    let (x, y) = (Double(width) / 2, Double(height) / 2)
    return AffineMap(
      cosine, sine, cosine * -x + sine * -y + x, -sine, cosine, -sine * -x + cosine * -y + y)
  }

  /// `value` rounded to 15 decimal places, by way of its digits as Python does it.
  private static func rounded(_ value: Double) -> Double {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { digits in
      guard let base = digits.baseAddress else { return value }
      _ = withVaList([value]) { vsnprintf(base, 32, "%.15f", $0) }
      return strtod(base, nil)
    }
  }

  /// Replaces `picture` by its transformed form of the same size.
  package func apply(to picture: inout Picture, _ interpolation: Interpolation) {
    let (height, width) = (picture.height, picture.width)
    picture.pixels.withUnsafeMutableBufferPointer { pixels in
      guard let target = pixels.baseAddress, pixels.count > 0 else { return }
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: pixels.count) { copy in
        guard let source = copy.baseAddress else { return }
        source.initialize(from: target, count: pixels.count)
        target.update(repeating: 0, count: pixels.count)
        switch interpolation {
        case .nearest: takeNearest(source, target, height, width)
        case .bilinear: interpolate(source, target, height, width)
        }
      }
    }
  }

  private func takeNearest(
    _ source: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>, _ height: Int, _ width: Int
  ) {
    func fixed(_ value: Double) -> Int { Int((value * 65_536 + 0.5).rounded(.down)) }
    let (stepX, stepY) = (fixed(a), fixed(d))
    let (rowX, rowY) = (fixed(b), fixed(e))
    var (startX, startY) = (fixed(c + a * 0.5 + b * 0.5), fixed(f + d * 0.5 + e * 0.5))
    var to = target
    for _ in 0..<height {
      var (x, y) = (startX, startY)
      for _ in 0..<width {
        let (column, row) = (x >> 16, y >> 16)
        if column >= 0, column < width, row >= 0, row < height {
          let from = source + (row &* width &+ column) &* 3
          to[0] = from[0]
          to[1] = from[1]
          to[2] = from[2]
        }
        to += 3
        x &+= stepX
        y &+= stepY
      }
      startX += rowX
      startY += rowY
    }
  }

  private func interpolate(
    _ source: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>, _ height: Int, _ width: Int
  ) {
    let (columns, rows) = (Double(width), Double(height))
    var to = target
    for line in 0..<height {
      let down = Double(line) + 0.5
      for place in 0..<width {
        let across = Double(place) + 0.5
        let x = a * across + b * down + c
        let y = d * across + e * down + f
        if x >= 0, x < columns, y >= 0, y < rows {
          // From centres to corners; rounded down, where −½ is the least there is.
          let (cornerX, cornerY) = (x - 0.5, y - 0.5)
          let column = cornerX < 0 ? -1 : Int(cornerX)
          let row = cornerY < 0 ? -1 : Int(cornerY)
          let (right, below) = (cornerX - Double(column), cornerY - Double(row))
          let left = max(column, 0) * 3
          let next = min(column + 1, width - 1) * 3
          let upper = source + max(row, 0) * width * 3
          let lower = source + min(row + 1, height - 1) * width * 3
          for channel in 0..<3 {
            let above = AffineMap.between(upper[left + channel], upper[next + channel], right)
            let under = AffineMap.between(lower[left + channel], lower[next + channel], right)
            to[channel] = UInt8(truncatingIfNeeded: Int32(above + (under - above) * below))
          }
        }
        to += 3
      }
    }
  }

  @inline(__always)
  private static func between(_ first: UInt8, _ second: UInt8, _ share: Double) -> Double {
    Double(first) + Double(Int32(second) - Int32(first)) * share
  }
}
