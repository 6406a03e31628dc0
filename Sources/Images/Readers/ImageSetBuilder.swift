import Archives
import Kernels

/// Collects encoded pictures and makes an image set of them; decoding runs on all threads.
///
/// The bytes of a batch are held together with what has been decoded before, so memory stays near that of
/// the finished set even for an archive of many large photographs.
struct ImageSetBuilder {
  /// A picture that waits to be decoded.
  struct Source {
    /// Its path below the root of the set.
    let identifier: String

    /// What an error calls it.
    let path: String

    /// The content of its file.
    let bytes: [UInt8]
  }

  private static let batchCount = 1024
  private static let batchBytes = 64 << 20

  private let path: String
  private let fit: PictureFit
  private var waiting: [Source] = []
  private var waitingBytes = 0
  private var identifiers: [String] = []
  private var folders: [String] = []
  private var pixels: [UInt8] = []
  private var size: (height: Int, width: Int)?
  private var holdsJPEG = false

  /// Pictures of the folder or archive at `path`.
  init(path: String, fit: PictureFit) {
    self.path = path
    self.fit = fit
  }

  /// Whether a name belongs to the operating system and not to the set (".DS_Store", "._cat.jpg").
  static func isHidden(_ name: String) -> Bool {
    name.split(separator: "/").contains { $0.hasPrefix(".") } || name.hasPrefix("__MACOSX/")
  }

  /// Adds one picture.
  mutating func add(_ source: Source) throws {
    waiting.append(source)
    waitingBytes += source.bytes.count
    if waiting.count >= ImageSetBuilder.batchCount || waitingBytes >= ImageSetBuilder.batchBytes {
      try decodeWaiting()
    }
  }

  /// The finished set.
  ///
  /// Its classes are the sorted names of the folders that pictures lie in; pictures that all lie at the root
  /// are one class, called after the folder or archive.
  mutating func imageSet(name: String, encoding: ImageSet.Encoding?) throws -> ImageSet {
    try decodeWaiting()
    guard let size else { throw FileError(path, "holds no pictures") }
    if folders.contains(where: { !$0.isEmpty }), let stray = folders.firstIndex(of: "") {
      throw FileError(path, "\(identifiers[stray]) lies in no class folder, although other pictures do")
    }
    let classNames = Set(folders).sorted()
    let labels = Dictionary(uniqueKeysWithValues: classNames.enumerated().map { ($1, $0) })
    return ImageSet(
      name: name, height: size.height, width: size.width,
      classNames: classNames == [""] ? [PathName.stem(of: path)] : classNames,
      labels: folders.compactMap { labels[$0] }, identifiers: identifiers,
      encoding: encoding ?? (holdsJPEG ? .jpeg : .lossless), pixels: pixels)
  }

  private mutating func decodeWaiting() throws {
    let sources = waiting
    waiting = []
    waitingBytes = 0
    for (source, result) in zip(sources, decoded(sources)) {
      let picture = try result.get()
      let expected = size ?? (picture.height, picture.width)
      guard (picture.height, picture.width) == expected else {
        throw FileError(
          source.path,
          "\(picture.height)×\(picture.width) pixels, but the pictures before it have "
            + "\(expected.height)×\(expected.width); say how to fit them to one size")
      }
      size = expected
      holdsJPEG = holdsJPEG || PictureFormat(of: source.bytes) == .jpeg
      identifiers.append(source.identifier)
      folders.append(PathName.folder(of: source.identifier))
      pixels += picture.pixels
    }
  }

  private func decoded(_ sources: [Source]) -> [Result<Picture, any Error>] {
    let grain = 16
    let pieceCount = (sources.count + grain - 1) / grain
    var pieces = [[Result<Picture, any Error>]](repeating: [], count: pieceCount)
    pieces.withUnsafeMutableBufferPointer { pieces in
      Parallel.forEachRange(of: sources.count, grain: grain) { range in
        pieces[range.lowerBound / grain] = sources[range].map { source in
          Result { try fit.fitted(Picture(decoding: source.bytes, name: source.path), name: source.path) }
        }
      }
    }
    return Array(pieces.joined())
  }
}
