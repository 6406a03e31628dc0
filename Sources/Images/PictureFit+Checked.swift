import Archives

extension PictureFit {
  /// `picture` at the size asked for; throws a `FileError` that carries `name` where that is impossible.
  ///
  /// A picture a few pixels wide and millions long would grow to gigabytes on its way to a square.
  public func fitted(_ picture: Picture, name: String) throws -> Picture {
    let (long, short) = (max(picture.height, picture.width), min(picture.height, picture.width))
    guard self == .exact || long <= 100 * short else {
      throw FileError(
        name, "is \(picture.height)×\(picture.width); more than 100 times as long as wide cannot be fitted")
    }
    return fitted(picture)
  }
}
