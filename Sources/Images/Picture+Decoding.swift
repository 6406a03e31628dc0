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
    self = try DecodedPicture(bytes, name: name).picture
  }
}
