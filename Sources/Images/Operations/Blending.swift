/// Operations that move a picture away from a poorer version of itself, or towards it.
///
///     result = poor + factor·(picture − poor), clipped to 0…255 and truncated
///
/// Factor 0 is the poor version, 1 the picture, 2 twice as far away. The arithmetic is Pillow's, so the bytes are too.
package enum Blending {
  /// One value: computed in float32, clipped, truncated.
  @inline(__always)
  static func value(_ poor: UInt8, _ rich: UInt8, _ factor: Float) -> UInt8 {
    let mixed = Float(poor) + factor * Float(Int32(rich) - Int32(poor))
    return UInt8(truncatingIfNeeded: Int32(max(0, min(255, mixed))))
  }

  /// Brightness: the poor version is black.
  package static func brightness(_ picture: inout Picture, factor: Float) {
    ValueTable.blend(level: 0, factor: factor).apply(to: &picture)
  }

  /// Contrast: the poor version is the picture's mean grey everywhere.
  package static func contrast(_ picture: inout Picture, factor: Float) {
    let count = picture.height * picture.width
    guard count > 0 else { return }
    var sum = 0
    picture.pixels.withUnsafeBufferPointer { pixels in
      for place in stride(from: 0, to: pixels.count, by: 3) {
        sum &+= Int(GreyLevel.of(pixels[place], pixels[place + 1], pixels[place + 2]))
      }
    }
    let level = UInt8(Double(sum) / Double(count) + 0.5)
    ValueTable.blend(level: level, factor: factor).apply(to: &picture)
  }

  /// Colour (saturation): the poor version is the picture in grey.
  package static func colour(_ picture: inout Picture, factor: Float) {
    picture.pixels.withUnsafeMutableBufferPointer { pixels in
      for place in stride(from: 0, to: pixels.count, by: 3) {
        let grey = GreyLevel.of(pixels[place], pixels[place + 1], pixels[place + 2])
        pixels[place] = value(grey, pixels[place], factor)
        pixels[place + 1] = value(grey, pixels[place + 1], factor)
        pixels[place + 2] = value(grey, pixels[place + 2], factor)
      }
    }
  }

  /// Sharpness: the poor version is smoothed, each pixel counting five times beside its eight neighbours.
  ///
  /// Pixels of the border are their own smooth version, and so stay as they are.
  package static func sharpness(_ picture: inout Picture, factor: Float) {
    let (height, width) = (picture.height, picture.width)
    guard height > 2, width > 2 else { return }
    let stride = width * 3
    picture.pixels.withUnsafeMutableBufferPointer { pixels in
      guard let target = pixels.baseAddress else { return }
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: pixels.count) { copy in
        guard let source = copy.baseAddress else { return }
        source.initialize(from: target, count: pixels.count)
        for row in 1..<height - 1 {
          for place in row * stride + 3..<(row + 1) * stride - 3 {
            let above = source + place - stride
            let here = source + place
            let below = source + place + stride
            // A row of three at a time; none of the sums leaves Int32.
            let rows =
              Int32(above[-3]) &+ Int32(above[0]) &+ Int32(above[3]) &+ Int32(here[-3]) &+ Int32(here[3])
              &+ Int32(below[-3]) &+ Int32(below[0]) &+ Int32(below[3])
            let sum = rows &+ 5 &* Int32(here[0])
            // The nearest thirteenth: the sum is never half-way between two.
            target[place] = value(UInt8(truncatingIfNeeded: (2 &* sum &+ 13) / 26), here[0], factor)
          }
        }
      }
    }
  }
}
