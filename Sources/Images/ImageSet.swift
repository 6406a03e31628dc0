/// Labelled RGB pictures, decoded and held in memory, or left where they are stored and decoded on demand.
///
/// Pictures of a set are of one size, unless it was read with `PictureReading.keepsSizes`.
public struct ImageSet: Sendable {
  /// How the pixels were stored before decoding.
  ///
  /// Sets that differ in it can be told apart by their compression artefacts alone, so a run that
  /// mixes encodings warns.
  public enum Encoding: String, Sendable, Codable {
    case lossless, jpeg
    /// Made by the program, never stored.
    case drawn
  }

  private enum Storage: Sendable {
    /// All pixels, `[count, height, width, 3]`.
    case decoded([UInt8])

    /// The places of the set's pictures in a stream, which other sets may share, and what each is brought to.
    case streamed(PictureStream, positions: [Int], fit: PictureFit)
  }

  /// The catalogue's name of the set, or the path it was read from.
  public let name: String

  /// Rows of every picture; of the first one, where sizes differ.
  public let height: Int

  /// Columns of every picture; of the first one, where sizes differ.
  public let width: Int

  /// One name a class; a label is an index into it.
  public let classNames: [String]

  /// One label a picture.
  public let labels: [Int]

  /// What each picture is called in its source ("airplane/aeroplane_s_000002.jpg").
  public let identifiers: [String]

  /// How the pixels were stored.
  public let encoding: Encoding

  /// What was wrong with the pictures that were left out because they are damaged, one sentence each.
  public let damaged: [String]

  /// Customary groups of the classes, as the catalogue has them; none of a set that it does not know.
  public internal(set) var groupings: [ClassGrouping] = []

  private let storage: Storage

  /// A set of given `[count, height, width, 3]` bytes; pictures without identifiers are numbered.
  ///
  /// - Precondition: the counts agree and every label is an index into `classNames`.
  public init(
    name: String, height: Int, width: Int, classNames: [String], labels: [Int], identifiers: [String] = [],
    encoding: Encoding, damaged: [String] = [], pixels: [UInt8]
  ) {
    precondition(
      pixels.count == labels.count * height * width * 3,
      "\(name): \(labels.count) labels of \(height)×\(width) pictures, but \(pixels.count) bytes")
    self.init(
      name: name, height: height, width: width, classNames: classNames, labels: labels,
      identifiers: identifiers,
      encoding: encoding, damaged: damaged, storage: .decoded(pixels))
  }

  /// A set of the pictures of `stream`, in its order.
  init(
    name: String, classNames: [String], labels: [Int], identifiers: [String], encoding: Encoding,
    damaged: [String] = [], stream: PictureStream
  ) {
    self.init(
      name: name, height: stream.height, width: stream.width, classNames: classNames, labels: labels,
      identifiers: identifiers, encoding: encoding, damaged: damaged,
      storage: .streamed(stream, positions: Array(labels.indices), fit: .exact))
  }

  private init(
    name: String, height: Int, width: Int, classNames: [String], labels: [Int], identifiers: [String],
    encoding: Encoding, damaged: [String], storage: Storage
  ) {
    precondition(
      identifiers.isEmpty || identifiers.count == labels.count, "\(name): one identifier a picture")
    precondition(labels.allSatisfy { classNames.indices.contains($0) }, "\(name): a label is out of range")
    self.name = name
    self.height = height
    self.width = width
    self.classNames = classNames
    self.labels = labels
    self.identifiers = identifiers.isEmpty ? labels.indices.map { String($0) } : identifiers
    self.encoding = encoding
    self.damaged = damaged
    self.storage = storage
  }

  /// How many pictures there are.
  public var count: Int { labels.count }

  /// Whether pictures are decoded when they are asked for.
  public var isStreamed: Bool {
    if case .streamed = storage { true } else { false }
  }

  /// Copies picture `index` into `picture`, which takes its size.
  ///
  /// Any number of threads may copy at once. Throws a `FileError` that names the picture when the set is streamed and
  /// it cannot be read or is damaged.
  public func copy(_ index: Int, into picture: inout Picture) throws {
    switch storage {
    case .streamed(let stream, let positions, let fit):
      try stream.copy(positions[index], into: &picture, fit)
    case .decoded(let pixels):
      picture.reshape(height: height, width: width)
      let size = height * width * 3
      pixels.withUnsafeBufferPointer { source in
        picture.pixels.withUnsafeMutableBufferPointer { target in
          _ = target.update(from: source[index * size..<(index + 1) * size])
        }
      }
    }
  }

  /// Picture `index`; throws if it cannot be read.
  public func picture(_ index: Int) throws -> Picture {
    var picture = Picture(height: 0, width: 0)
    try copy(index, into: &picture)
    return picture
  }

  /// The number of pictures of each class, in label order.
  public var classCounts: [Int] {
    var counts = [Int](repeating: 0, count: classNames.count)
    for label in labels { counts[label] += 1 }
    return counts
  }

  /// The pictures at `indices`, in that order; those of a streamed set stay where they are.
  public func subset(_ indices: [Int]) -> ImageSet {
    subset(indices, labels: indices.map { labels[$0] }, classNames: classNames)
  }

  /// The pictures at `indices`, in that order, under other labels.
  func subset(_ indices: [Int], labels: [Int], classNames: [String]) -> ImageSet {
    let chosen: Storage
    switch storage {
    case .streamed(let stream, let positions, let fit):
      chosen = .streamed(stream, positions: indices.map { positions[$0] }, fit: fit)
    case .decoded(let pixels):
      let size = height * width * 3
      var kept: [UInt8] = []
      kept.reserveCapacity(indices.count * size)
      for index in indices { kept.append(contentsOf: pixels[index * size..<(index + 1) * size]) }
      chosen = .decoded(kept)
    }
    var subset = ImageSet(
      name: name, height: height, width: width, classNames: classNames, labels: labels,
      identifiers: indices.map { identifiers[$0] }, encoding: encoding, damaged: damaged, storage: chosen)
    subset.groupings = groupings
    return subset
  }

  /// The same pictures, each brought to one size when it is asked for; a set in memory is brought to it at once.
  ///
  /// The two sets share what is stored and what is kept of it. A picture more than 100 times as long as wide throws
  /// when it is asked for.
  public func viewed(through fit: PictureFit) throws -> ImageSet {
    guard case .streamed(let stream, let positions, .exact) = storage else { return try fitted(fit) }
    let size = fit.outputSize(height: height, width: width)
    return ImageSet(
      name: name, height: size.height, width: size.width, classNames: classNames, labels: labels,
      identifiers: identifiers, encoding: encoding, damaged: damaged,
      storage: .streamed(stream, positions: positions, fit: fit))
  }
}
