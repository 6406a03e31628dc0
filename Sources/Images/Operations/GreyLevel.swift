/// The brightness of a colour as Pillow computes it: (19595 R + 38470 G + 7471 B + 32768) ∕ 65536.
package enum GreyLevel {
  /// The grey of one colour.
  @inline(__always)
  static func of(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
    let sum = 19_595 &* UInt32(red) &+ 38_470 &* UInt32(green) &+ 7_471 &* UInt32(blue) &+ 32_768
    return UInt8(truncatingIfNeeded: sum >> 16)
  }

  /// Replaces every colour of `picture` by its grey.
  package static func apply(to picture: inout Picture) {
    picture.pixels.withUnsafeMutableBufferPointer { pixels in
      for place in stride(from: 0, to: pixels.count, by: 3) {
        let grey = of(pixels[place], pixels[place + 1], pixels[place + 2])
        pixels[place] = grey
        pixels[place + 1] = grey
        pixels[place + 2] = grey
      }
    }
  }
}
