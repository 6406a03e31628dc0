/// Labelled RGB pictures of one size, decoded and held in memory.
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

  /// The catalogue's name of the set, or the path it was read from.
  public let name: String

  /// Rows of every picture.
  public let height: Int

  /// Columns of every picture.
  public let width: Int

  /// One name a class; a label is an index into it.
  public let classNames: [String]

  /// One label a picture.
  public let labels: [Int]

  /// What each picture is called in its source ("airplane/aeroplane_s_000002.jpg").
  public let identifiers: [String]

  /// How the pixels were stored.
  public let encoding: Encoding

  private let pixels: [UInt8]

  /// A set of given `[count, height, width, 3]` bytes; pictures without identifiers are numbered.
  ///
  /// - Precondition: the counts agree and every label is an index into `classNames`.
  public init(
    name: String, height: Int, width: Int, classNames: [String], labels: [Int], identifiers: [String] = [],
    encoding: Encoding, pixels: [UInt8]
  ) {
    precondition(
      pixels.count == labels.count * height * width * 3,
      "\(name): \(labels.count) labels of \(height)×\(width) pictures, but \(pixels.count) bytes")
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
    self.pixels = pixels
  }

  /// How many pictures there are.
  public var count: Int { labels.count }

  /// Copies picture `index` into `picture`, which takes its size; throws if it cannot be read.
  public func copy(_ index: Int, into picture: inout Picture) throws {
    picture.reshape(height: height, width: width)
    let size = height * width * 3
    pixels.withUnsafeBufferPointer { source in
      picture.pixels.withUnsafeMutableBufferPointer { target in
        _ = target.update(from: source[index * size..<(index + 1) * size])
      }
    }
  }

  /// Picture `index`; throws if it cannot be read.
  public func picture(_ index: Int) throws -> Picture {
    var picture = Picture(height: 0, width: 0)
    try copy(index, into: &picture)
    return picture
  }

  /// The pictures at `indices`, in that order.
  public func subset(_ indices: [Int]) -> ImageSet {
    let size = height * width * 3
    var chosen: [UInt8] = []
    chosen.reserveCapacity(indices.count * size)
    for index in indices { chosen.append(contentsOf: pixels[index * size..<(index + 1) * size]) }
    return ImageSet(
      name: name, height: height, width: width, classNames: classNames, labels: indices.map { labels[$0] },
      identifiers: indices.map { identifiers[$0] }, encoding: encoding, pixels: chosen)
  }
}
