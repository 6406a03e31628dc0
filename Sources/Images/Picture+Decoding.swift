import Archives
import CImageCodecs

extension Picture {
  /// The picture in the bytes of a PNG or JPEG file, told apart by their content.
  ///
  /// Whatever is stored becomes RGB, 8 bits a channel: sixteen bits are rounded to eight, transparency is
  /// laid on black, CMYK is taken as Adobe's. A JPEG photograph is turned upright by its EXIF orientation.
  /// Gamma and colour profiles are left alone.
  ///
  /// Throws a `FileError` that carries `name` when the bytes are neither, end too soon, are damaged or claim
  /// more than 64 megapixels.
  public init(decoding bytes: [UInt8], name: String) throws {
    switch PictureFormat(of: bytes) {
    case .png:
      self = try Picture.decoded(bytes, name, "PNG", limen_decode_png)
    case .jpeg:
      let stored = try Picture.decoded(bytes, name, "JPEG", limen_decode_jpeg)
      self = ExifOrientation(ofJPEG: bytes).upright(stored)
    case nil:
      throw FileError(name, bytes.isEmpty ? "the file is empty" : "neither a PNG nor a JPEG picture")
    }
  }

  private typealias Decoder = (
    UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<limen_picture>?, UnsafeMutablePointer<CChar>?
  ) -> Int32

  private static func decoded(
    _ bytes: [UInt8], _ name: String, _ format: String, _ decode: Decoder
  ) throws -> Picture {
    var picture = limen_picture()
    var problem = [CChar](repeating: 0, count: Int(LIMEN_PROBLEM_SIZE))
    let status = decode(bytes, bytes.count, &picture, &problem)
    defer { limen_free(picture.pixels) }
    guard status == 0, let pixels = picture.pixels else {
      throw FileError(name, "damaged \(format) picture: \(text(of: problem))")
    }
    let count = picture.height * picture.width * 3
    return Picture(
      height: picture.height, width: picture.width,
      pixels: Array(UnsafeBufferPointer(start: pixels, count: count)))
  }
}
