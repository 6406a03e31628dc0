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
    try self.init(decoding: bytes, name: name, neededHeight: 0, neededWidth: 0)
  }

  /// The picture in the bytes of a PNG or JPEG file, which may be decoded smaller than it is.
  ///
  /// A JPEG is decoded at the smallest of 1/8, 1/4, 1/2 and 1/1 of its size that has the needed rows and columns;
  /// 0 needs all. This is the choice of Pillow's `draft`. Throws as `init(decoding:name:)`.
  package init(decoding bytes: [UInt8], name: String, neededHeight: Int, neededWidth: Int) throws {
    switch PictureFormat(of: bytes) {
    case .png:
      self = try Picture.decoded(name, "PNG") { limen_decode_png(bytes, bytes.count, $0, $1) }
    case .jpeg:
      let orientation = ExifOrientation(ofJPEG: bytes)
      let (height, width) =
        orientation.swapsSides ? (neededWidth, neededHeight) : (neededHeight, neededWidth)
      let stored = try Picture.decoded(name, "JPEG") {
        limen_decode_jpeg(bytes, bytes.count, height, width, $0, $1)
      }
      self = orientation.upright(stored)
    case nil:
      throw FileError(name, bytes.isEmpty ? "the file is empty" : "neither a PNG nor a JPEG picture")
    }
  }

  private static func decoded(
    _ name: String, _ format: String,
    _ decode: (UnsafeMutablePointer<limen_picture>, UnsafeMutablePointer<CChar>?) -> Int32
  ) throws -> Picture {
    var picture = limen_picture()
    var problem = [CChar](repeating: 0, count: Int(LIMEN_PROBLEM_SIZE))
    let status = problem.withUnsafeMutableBufferPointer { decode(&picture, $0.baseAddress) }
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
