import Archives

/// Pictures that stay where they are stored and are decoded when they are asked for, on the asking thread.
///
/// Any number of threads may ask at once. What was decoded lately is kept as far as the memory allows.
final class PictureStream: Sendable {
  /// Rows of every picture, or of the first where sizes are kept.
  let height: Int

  /// Columns of every picture, or of the first where sizes are kept.
  let width: Int

  private let pictures: [EncodedPicture]
  private let reading: PictureReading
  private let number: Int

  /// A stream of `pictures`, of one size unless `reading` keeps sizes.
  init(_ pictures: [EncodedPicture], height: Int, width: Int, _ reading: PictureReading) {
    self.pictures = pictures
    self.height = height
    self.width = width
    self.reading = reading
    number = reading.memory.numberOfNewSource()
  }

  deinit { reading.memory.forget(number) }

  /// Copies picture `index`, brought to a size, into `target`.
  ///
  /// Throws a `FileError` that names it when it is damaged, of another size than the others or too slender to be
  /// fitted.
  func copy(_ index: Int, into target: inout Picture, _ fit: PictureFit) throws {
    try copy(index, into: &target)
    guard fit != .exact else { return }
    try fit.refuseSlender(height: target.height, width: target.width, path: pictures[index].path)
    target = fit.fitted(target)
  }

  private func copy(_ index: Int, into target: inout Picture) throws {
    let key = PictureMemory.Key(source: number, index: index)
    if let kept = reading.memory.picture(key) {
      target.reshape(height: kept.height, width: kept.width)
      kept.pixels.withUnsafeBufferPointer { source in
        target.pixels.withUnsafeMutableBufferPointer { _ = $0.update(from: source) }
      }
      return
    }
    let picture = try reading.picture(pictures[index].bytes(), path: pictures[index].path)
    if !reading.keepsSizes {
      try picture.requireSize(height: height, width: width, path: pictures[index].path)
    }
    reading.memory.keep(picture, as: key)
    target = picture
  }
}

extension Picture {
  /// Throws a `FileError` when the picture at `path` has another size than the pictures before it.
  func requireSize(height: Int, width: Int, path: String) throws {
    guard (self.height, self.width) == (height, width) else {
      throw FileError(
        path,
        "\(self.height)×\(self.width) pixels, but the pictures before it have \(height)×\(width); "
          + "data.size of a recipe brings them to one size")
    }
  }
}
