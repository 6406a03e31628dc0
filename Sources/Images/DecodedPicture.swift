import Archives
import CImageCodecs

/// A picture out of a file, perhaps decoded smaller than it is, and the size that it has in full.
package struct DecodedPicture {
  /// The pixels, upright.
  package let picture: Picture

  /// Rows of the upright picture in full.
  package let fullHeight: Int

  /// Columns of the upright picture in full.
  package let fullWidth: Int

  /// The share of the full size that was decoded: 1, or 2, 4 or 8 for a half, a quarter, an eighth.
  ///
  /// Sides that the divisor does not divide were rounded up.
  package var divisor: Int {
    let divisors = [1, 2, 4, 8]
    return divisors.first { divisor in
      (fullHeight + divisor - 1) / divisor == picture.height
        && (fullWidth + divisor - 1) / divisor == picture.width
    } ?? 1
  }

  /// Decodes the bytes of a PNG or JPEG file.
  ///
  /// A JPEG is decoded at the smallest of 1/8, 1/4, 1/2 and 1/1 of its size that has the needed rows and columns;
  /// 0 needs all. This is the choice of Pillow's `draft`. Throws as `Picture.init(decoding:name:)`.
  package init(_ bytes: [UInt8], name: String, neededHeight: Int = 0, neededWidth: Int = 0) throws {
    switch PictureFormat(of: bytes) {
    case .png:
      self = try DecodedPicture.decoded(name, "PNG") { limen_decode_png(bytes, bytes.count, $0, $1) }
    case .jpeg:
      let orientation = ExifOrientation(ofJPEG: bytes)
      let (height, width) =
        orientation.swapsSides ? (neededWidth, neededHeight) : (neededHeight, neededWidth)
      let stored = try DecodedPicture.decoded(name, "JPEG") {
        limen_decode_jpeg(bytes, bytes.count, height, width, $0, $1)
      }
      self.init(
        picture: orientation.upright(stored.picture),
        fullHeight: orientation.swapsSides ? stored.fullWidth : stored.fullHeight,
        fullWidth: orientation.swapsSides ? stored.fullHeight : stored.fullWidth)
    case nil:
      throw FileError(name, bytes.isEmpty ? "the file is empty" : "neither a PNG nor a JPEG picture")
    }
  }

  private init(picture: Picture, fullHeight: Int, fullWidth: Int) {
    self.picture = picture
    self.fullHeight = fullHeight
    self.fullWidth = fullWidth
  }

  private static func decoded(
    _ name: String, _ format: String,
    _ decode: (UnsafeMutablePointer<limen_picture>, UnsafeMutablePointer<CChar>?) -> Int32
  ) throws -> DecodedPicture {
    var picture = limen_picture()
    var problem = [CChar](repeating: 0, count: Int(LIMEN_PROBLEM_SIZE))
    let status = problem.withUnsafeMutableBufferPointer { decode(&picture, $0.baseAddress) }
    defer { limen_free(picture.pixels) }
    guard status == 0, let pixels = picture.pixels else {
      throw FileError(name, "damaged \(format) picture: \(text(of: problem))")
    }
    let count = picture.height * picture.width * 3
    return DecodedPicture(
      picture: Picture(
        height: picture.height, width: picture.width,
        pixels: Array(UnsafeBufferPointer(start: pixels, count: count))),
      fullHeight: picture.full_height, fullWidth: picture.full_width)
  }
}
