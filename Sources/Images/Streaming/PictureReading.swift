import Archives

/// How the pictures of a folder, an archive or a list are read and kept.
public struct PictureReading: Sendable {
  /// How pictures are brought to one size.
  public var fit: PictureFit

  /// Whether a JPEG that is made much smaller anyway is decoded at its full size first.
  ///
  /// Otherwise it is decoded at 1/2, 1/4 or 1/8 of its size where that leaves at least twice the size that is wanted.
  /// That takes a quarter of the time (of 1,800 JPEGs of about 700×600 made 32×32) and changes the result by a quarter
  /// of a grey level on average and 3 at most; in full, it is Pillow's, byte for byte.
  public var decodesFully: Bool

  /// Whether pictures that are damaged, or files that are none, are left out instead of being an error.
  public var skipsDamaged: Bool

  /// Whether pictures of several sizes are handed out as they are.
  ///
  /// Such a set is always decoded on demand, and needs a `PicturePipeline` that brings every picture to one size.
  public var keepsSizes: Bool

  /// The memory that decoded pictures may take; sets that do not fit are decoded on demand.
  public var memory: PictureMemory

  /// Pictures brought to one size by `fit`, kept in `memory`.
  public init(
    fit: PictureFit = .exact, decodesFully: Bool = false, skipsDamaged: Bool = false,
    keepsSizes: Bool = false,
    memory: PictureMemory = PictureMemory()
  ) {
    self.fit = fit
    self.decodesFully = decodesFully
    self.skipsDamaged = skipsDamaged
    self.keepsSizes = keepsSizes
    self.memory = memory
  }

  /// The picture in the bytes of a file, brought to the wanted size; throws a `FileError` that carries `path`.
  public func picture(_ bytes: [UInt8], path: String) throws -> Picture {
    let needed = decodesFully ? (0, 0) : fit.neededSize
    let decoded = try DecodedPicture(bytes, name: path, neededHeight: needed.0, neededWidth: needed.1)
    try fit.refuseSlender(height: decoded.fullHeight, width: decoded.fullWidth, path: path)
    return fit.fitted(decoded)
  }
}

extension PictureFit {
  /// Rows and columns that a picture needs to have so that resizing it loses nothing: twice the wanted size, 0 where
  /// every pixel counts.
  ///
  /// Twice, as Pillow's `thumbnail` asks of `draft` by default: the filter still averages over several pixels.
  fileprivate var neededSize: (Int, Int) {
    switch self {
    case .exact: (0, 0)
    case .centreCrop(let height, let width, _), .stretch(let height, let width, _): (2 * height, 2 * width)
    }
  }

  /// Throws a `FileError` for a picture that would grow out of all proportion on its way to a square.
  func refuseSlender(height: Int, width: Int, path: String) throws {
    // A picture a few pixels wide and millions long would grow to gigabytes.
    guard self == .exact || max(height, width) <= 100 * min(height, width) else {
      throw FileError(
        path, "is \(height)×\(width); more than 100 times as long as wide cannot be fitted")
    }
  }

  /// The size of all pictures, where that does not depend on the pictures.
  var fixedSize: (height: Int, width: Int)? {
    switch self {
    case .exact: nil
    case .centreCrop(let height, let width, _), .stretch(let height, let width, _): (height, width)
    }
  }
}
