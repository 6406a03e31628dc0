/// A new value for each old one, channel by channel, and the operations that are no more than that.
///
/// The arithmetic is Pillow's, so the bytes are too.
package struct ValueTable: Sendable {
  /// The new values, `[3, 256]`.
  private var values: [UInt8]

  /// The same new value in every channel.
  package init(_ value: (Int) -> UInt8) {
    values = (0..<3 * 256).map { value($0 & 255) }
  }

  /// Keeps the highest `bits` bits, 0 to 8.
  package static func posterize(bits: Int) -> ValueTable {
    let mask = (~0 << (8 - bits)) & 255
    return ValueTable { UInt8($0 & mask) }
  }

  /// Turns values from `threshold` on into their negatives.
  package static func solarize(threshold: Double) -> ValueTable {
    ValueTable { UInt8(Double($0) < threshold ? $0 : 255 - $0) }
  }

  /// Moves every value away from `level` by `factor`, or towards it where that is below 1: level + factor·(v − level).
  package static func blend(level: UInt8, factor: Float) -> ValueTable {
    ValueTable { Blending.value(level, UInt8($0), factor) }
  }

  /// Stretches every channel of `picture` to 0…255; a channel of one value is left alone.
  package static func autoContrast(of picture: Picture) -> ValueTable {
    perChannel(of: picture) { counts, table in
      guard let low = counts.firstIndex(where: { $0 > 0 }), let high = counts.lastIndex(where: { $0 > 0 }),
        high > low
      else { return }
      let scale = 255 / Double(high - low)
      let offset = -Double(low) * scale
      for value in 0..<256 {
        table[value] = UInt8(max(0, min(255, Int(Double(value) * scale + offset))))
      }
    }
  }

  /// Makes every value of each channel of `picture` about equally frequent.
  package static func equalize(of picture: Picture) -> ValueTable {
    perChannel(of: picture) { counts, table in
      guard let last = counts.lastIndex(where: { $0 > 0 }) else { return }
      let step = (counts.reduce(0, +) - counts[last]) / 255
      guard step > 0 else { return }
      var sum = step / 2
      for value in 0..<256 {
        table[value] = UInt8(min(255, sum / step))
        sum += counts[value]
      }
    }
  }

  /// A table made channel by channel from how often each value occurs; it begins as the identity.
  private static func perChannel(
    of picture: Picture, _ body: (_ counts: [Int], _ table: inout [UInt8]) -> Void
  ) -> ValueTable {
    var result = ValueTable { UInt8($0) }
    result.values = (0..<3).flatMap { channel in
      var counts = [Int](repeating: 0, count: 256)
      picture.pixels.withUnsafeBufferPointer { pixels in
        counts.withUnsafeMutableBufferPointer { counts in
          for place in stride(from: channel, to: pixels.count, by: 3) { counts[Int(pixels[place])] &+= 1 }
        }
      }
      var table = (0..<256).map { UInt8($0) }
      body(counts, &table)
      return table
    }
    return result
  }

  /// Looks every pixel of `picture` up.
  package func apply(to picture: inout Picture) {
    picture.pixels.withUnsafeMutableBufferPointer { pixels in
      values.withUnsafeBufferPointer { values in
        for place in stride(from: 0, to: pixels.count, by: 3) {
          pixels[place] = values[Int(pixels[place])]
          pixels[place + 1] = values[256 + Int(pixels[place + 1])]
          pixels[place + 2] = values[512 + Int(pixels[place + 2])]
        }
      }
    }
  }
}
