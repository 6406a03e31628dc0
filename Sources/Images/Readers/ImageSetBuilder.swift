import Archives
import Kernels

/// Makes an image set of encoded pictures: decoded at once where they fit the memory, decoded on demand where not.
///
/// Decoding runs on all threads. The bytes of a batch are held together with what has been decoded before, so
/// memory stays near that of the finished set even for an archive of many large photographs.
struct ImageSetBuilder {
  private static let batchCount = 1024
  private static let batchBytes = 64 << 20

  private let path: String
  private let reading: PictureReading

  /// Pictures of a compressed archive that wait to be decoded.
  private var waiting: [EncodedPicture] = []
  private var waitingBytes = 0

  /// What all pictures are called that have been looked at, and which of them are in the set.
  private var identifiers: [String] = []
  private var kept: [Int] = []
  private var damaged: [String] = []
  private var pixels: [UInt8] = []
  private var size: (height: Int, width: Int)?
  private var holdsJPEG = false

  /// Pictures of the folder or archive at `path`.
  init(path: String, _ reading: PictureReading) {
    self.path = path
    self.reading = reading
    size = reading.fit.fixedSize
  }

  /// Whether a name belongs to the operating system and not to the set (".DS_Store", "._cat.jpg", "Thumbs.db").
  static func isHidden(_ name: String) -> Bool {
    let parts = name.split(separator: "/")
    return parts.contains { $0.hasPrefix(".") || $0 == "@eaDir" } || parts.first == "__MACOSX"
      || ["thumbs.db", "desktop.ini"].contains(parts.last.map { $0.lowercased() })
  }

  // MARK: Pictures that can be read at any time

  /// The set of `pictures`, whose labels and class names are `classes`; `encoding` is judged by content when nil.
  ///
  /// Throws a `FileError` that names the first picture that is damaged or of another size; of pictures that are
  /// decoded on demand only those that are no pictures at all are found now.
  mutating func imageSet(
    of pictures: [EncodedPicture], classes: PictureClasses, name: String, encoding: ImageSet.Encoding?
  ) throws -> ImageSet {
    let size = try self.size ?? firstSize(pictures)
    self.size = size
    let bytes = size.height * size.width * 3
    guard !reading.keepsSizes, reading.memory.reserve(pictures.count * bytes) else {
      return try streamed(pictures, classes, name, encoding)
    }
    pixels.reserveCapacity(pictures.count * bytes)
    let step = min(ImageSetBuilder.batchCount, max(16, ImageSetBuilder.batchBytes / max(bytes, 1)))
    for start in stride(from: 0, to: pictures.count, by: step) {
      try decode(pictures[start..<min(start + step, pictures.count)])
    }
    return try decodedSet(classes, name, encoding)
  }

  /// The size of the first picture that is sound.
  private func firstSize(_ pictures: [EncodedPicture]) throws -> (height: Int, width: Int) {
    for picture in pictures {
      do {
        let first = try reading.picture(picture.bytes(), path: picture.path)
        return (first.height, first.width)
      } catch  where reading.skipsDamaged {}
    }
    throw FileError(path, pictures.isEmpty ? "holds no pictures" : "holds no picture that is sound")
  }

  private mutating func streamed(
    _ pictures: [EncodedPicture], _ classes: PictureClasses, _ name: String, _ encoding: ImageSet.Encoding?
  ) throws -> ImageSet {
    guard let size else { preconditionFailure("\(path): the size of the pictures is not known") }
    let reading = reading
    let looks = ImageSetBuilder.inParallel(pictures[...]) { picture in
      // Only decoding all of it tells whether a picture is sound.
      if reading.skipsDamaged { _ = try reading.picture(picture.bytes(), path: picture.path) }
      return try picture.format()
    }
    for (index, look) in looks.enumerated() {
      if let format = try sound(look) {
        holdsJPEG = holdsJPEG || format == .jpeg
        kept.append(index)
      }
    }
    let stream = PictureStream(
      kept.map { pictures[$0] }, height: size.height, width: size.width, reading)
    let classes = try classes.kept(kept, path: path)
    return ImageSet(
      name: name, classNames: classes.names, labels: classes.labels,
      identifiers: kept.map { pictures[$0].identifier },
      encoding: encoding ?? (holdsJPEG ? .jpeg : .lossless), damaged: damaged, stream: stream)
  }

  // MARK: Pictures that pass by once

  /// Adds one picture of a compressed archive.
  ///
  /// Throws a `FileError` when one is damaged, or when all so far exceed the memory.
  mutating func add(_ picture: EncodedPicture, bytes count: Int) throws {
    waiting.append(picture)
    waitingBytes += count
    if waiting.count >= ImageSetBuilder.batchCount || waitingBytes >= ImageSetBuilder.batchBytes {
      try decodeWaiting()
    }
  }

  /// The set of all pictures that were added, their classes being the folders they lie in.
  mutating func imageSet(name: String, encoding: ImageSet.Encoding?) throws -> ImageSet {
    try decodeWaiting()
    return try decodedSet(PictureClasses(ofFolders: identifiers, path: path), name, encoding)
  }

  private mutating func decodeWaiting() throws {
    let before = pixels.count
    try decode(waiting[...])
    waiting = []
    waitingBytes = 0
    guard reading.memory.reserve(pixels.count - before) else {
      throw FileError(
        path,
        "its pictures take more than the \(reading.memory.byteCount >> 20) MB allowed for decoded pictures, and a "
          + "compressed archive cannot be read picture by picture; unpack it, or pack it without compression")
    }
  }

  // MARK: Decoding

  private mutating func decode(_ pictures: ArraySlice<EncodedPicture>) throws {
    let reading = reading
    let results = ImageSetBuilder.inParallel(pictures) { picture in
      let bytes = try picture.bytes()
      return (try reading.picture(bytes, path: picture.path), PictureFormat(of: bytes))
    }
    for (source, result) in zip(pictures, results) {
      identifiers.append(source.identifier)
      guard let (picture, format) = try sound(result) else { continue }
      let expected = size ?? (picture.height, picture.width)
      try picture.requireSize(height: expected.height, width: expected.width, path: source.path)
      size = expected
      holdsJPEG = holdsJPEG || format == .jpeg
      kept.append(identifiers.count - 1)
      pixels += picture.pixels
    }
  }

  /// What was read of a sound picture; nil for a damaged one that is left out.
  private mutating func sound<Value>(_ result: Result<Value, any Error>) throws -> Value? {
    do {
      return try result.get()
    } catch  where reading.skipsDamaged {
      damaged.append("\(error)")
      return nil
    }
  }

  private func decodedSet(
    _ classes: PictureClasses, _ name: String, _ encoding: ImageSet.Encoding?
  ) throws -> ImageSet {
    guard let size, !kept.isEmpty else {
      throw FileError(path, identifiers.isEmpty ? "holds no pictures" : "holds no picture that is sound")
    }
    let classes = try classes.kept(kept, path: path)
    return ImageSet(
      name: name, height: size.height, width: size.width, classNames: classes.names, labels: classes.labels,
      identifiers: kept.map { identifiers[$0] }, encoding: encoding ?? (holdsJPEG ? .jpeg : .lossless),
      damaged: damaged, pixels: pixels)
  }

  private static func inParallel<Value>(
    _ pictures: ArraySlice<EncodedPicture>, _ body: (EncodedPicture) throws -> Value
  ) -> [Result<Value, any Error>] {
    let grain = 16
    let sources = Array(pictures)
    let pieceCount = (sources.count + grain - 1) / grain
    var pieces = [[Result<Value, any Error>]](repeating: [], count: pieceCount)
    pieces.withUnsafeMutableBufferPointer { pieces in
      Parallel.forEachRange(of: sources.count, grain: grain) { range in
        pieces[range.lowerBound / grain] = sources[range].map { source in Result { try body(source) } }
      }
    }
    return Array(pieces.joined())
  }
}
