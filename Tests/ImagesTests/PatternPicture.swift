import Archives
import Images

extension Picture {
  /// The picture of a formula that generators of golden files compute too; `isReduced` leaves room to stretch.
  static func pattern(height: Int, width: Int, isReduced: Bool = false) -> Picture {
    var picture = Picture(height: height, width: width)
    for y in 0..<height {
      for x in 0..<width {
        for channel in 0..<3 {
          let value = (31 * y * y + 17 * x + 101 * channel + x * y * 13) % 256
          picture.pixels[(y * width + x) * 3 + channel] = UInt8(isReduced ? 20 + value * 3 / 4 : value)
        }
      }
    }
    return picture
  }

  /// The SHA-256 of the bytes.
  var digest: String { [self].digest }
}

extension [Picture] {
  /// The SHA-256 of the bytes of all pictures, one after the other.
  var digest: String {
    var digest = SHA256()
    for picture in self { digest.update(picture.pixels) }
    return digest.hexDigest()
  }
}
