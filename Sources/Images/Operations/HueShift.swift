/// Turns the hue of every colour, by way of hue, saturation and value of 8 bits each.
///
/// The conversions there and back are Pillow's, so the bytes are too; even a shift by 0 rounds.
package enum HueShift {
  /// Adds trunc(255·`turn`) to the hue, modulo 256; `turn` 1 would be once around.
  package static func apply(to picture: inout Picture, turn: Float) {
    let shift = UInt8(truncatingIfNeeded: Int(Double(turn) * 255))
    picture.pixels.withUnsafeMutableBufferPointer { pixels in
      for place in stride(from: 0, to: pixels.count, by: 3) {
        let (red, green, blue) = (pixels[place], pixels[place + 1], pixels[place + 2])
        let value = max(red, green, blue)
        let least = min(red, green, blue)
        let (hue, saturation) = hueAndSaturation(red, green, blue, value, least)
        let turned = colour(hue &+ shift, saturation, value)
        pixels[place] = turned.0
        pixels[place + 1] = turned.1
        pixels[place + 2] = turned.2
      }
    }
  }

  @inline(__always)
  private static func hueAndSaturation(
    _ red: UInt8, _ green: UInt8, _ blue: UInt8, _ value: UInt8, _ least: UInt8
  ) -> (UInt8, UInt8) {
    guard least != value else { return (0, 0) }
    let range = Float(value - least)
    let fromRed = Float(value - red) / range
    let fromGreen = Float(value - green) / range
    let fromBlue = Float(value - blue) / range
    // Sextants; single and double precision change places where they do in Pillow.
    let sextant: Float
    if red == value {
      sextant = fromBlue - fromGreen
    } else if green == value {
      sextant = Float(2 + Double(fromRed) - Double(fromBlue))
    } else {
      sextant = Float(4 + Double(fromGreen) - Double(fromRed))
    }
    let turns = Double(sextant) / 6 + 1
    // Between 5/6 and 2: the remainder by 1.
    let hue = Float(turns >= 1 ? turns - 1 : turns)
    let saturation = range / Float(value)
    return (byte(Int32(Double(hue) * 255)), byte(Int32(Double(saturation) * 255)))
  }

  @inline(__always)
  private static func colour(_ hue: UInt8, _ saturation: UInt8, _ value: UInt8) -> (UInt8, UInt8, UInt8) {
    guard saturation > 0 else { return (value, value, value) }
    let angle = Double(hue) * 6 / 255
    let sextant = Int32(angle)
    let rest = Float(angle - Double(Float(sextant)))
    let share = Float(Double(saturation) / 255)
    let full = Double(value)
    let p = rounded(full * (1 - Double(share)))
    let q = rounded(full * (1 - Double(share * rest)))
    let t = rounded(full * (1 - Double(share) * (1 - Double(rest))))
    switch sextant % 6 {
    case 0: return (value, t, p)
    case 1: return (q, value, p)
    case 2: return (p, value, t)
    case 3: return (p, q, value)
    case 4: return (t, p, value)
    default: return (value, p, q)
    }
  }

  /// Halves away from zero; none of the numbers is negative.
  @inline(__always)
  private static func rounded(_ value: Double) -> UInt8 { byte(Int32(value + 0.5)) }

  @inline(__always)
  private static func byte(_ value: Int32) -> UInt8 { UInt8(truncatingIfNeeded: max(0, min(255, value))) }
}
