import Kernels

/// Red, green and blue, 0 to 1 (beyond it before the canvas is developed).
typealias Color = SIMD3<Float>

/// A square picture in the making: linear floats that are clamped to bytes at the very end.
struct Canvas {
  /// Rows, and columns.
  let side: Int

  private var colors: [Color]

  /// A black canvas.
  init(side: Int) {
    self.side = side
    colors = Array(repeating: .zero, count: side * side)
  }

  /// The middle of the canvas.
  var center: Point { Point(repeating: Float(side) / 2) }

  /// Replaces every pixel by the color of its centre.
  mutating func fill(_ color: (Point) -> Color) {
    forEachPixel { point, pixel in pixel = color(point) }
  }

  /// Paints the region whose signed distance is negative, its edge blurred over `softness` pixels.
  ///
  /// One pixel of softness is plain antialiasing: the distance from the pixel's centre to the edge is
  /// close to the share of the pixel that lies inside.
  mutating func paint(
    softness: Float = 1, opacity: Float = 1, inside distance: (Point) -> Float, _ color: (Point) -> Color
  ) {
    forEachPixel { point, pixel in
      let coverage = min(max(0.5 - distance(point) / softness, 0), 1) * opacity
      if coverage > 0 { pixel += coverage * (color(point) - pixel) }
    }
  }

  /// Multiplies every pixel by the brightness at its centre.
  mutating func shade(_ brightness: (Point) -> Float) {
    forEachPixel { point, pixel in pixel *= brightness(point) }
  }

  /// Adds normal noise of that deviation to every channel of every pixel.
  mutating func addNoise(deviation: Float, using random: inout RandomStream) {
    forEachPixel { _, pixel in
      pixel += deviation * Color(random.normal(), random.normal(), random.normal())
    }
  }

  /// Writes the canvas as `side × side × 3` bytes.
  func develop(into bytes: UnsafeMutableBufferPointer<UInt8>) {
    for (index, color) in colors.enumerated() {
      let scaled = (color.clamped(lowerBound: .zero, upperBound: .one) * 255).rounded(.toNearestOrEven)
      for channel in 0..<3 { bytes[index * 3 + channel] = UInt8(scaled[channel]) }
    }
  }

  private mutating func forEachPixel(_ body: (Point, inout Color) -> Void) {
    for row in 0..<side {
      for column in 0..<side {
        body(Point(Float(column) + 0.5, Float(row) + 0.5), &colors[row * side + column])
      }
    }
  }
}
