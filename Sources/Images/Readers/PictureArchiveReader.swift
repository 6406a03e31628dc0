import Archives

/// Reads a `.tar` or `.tar.gz` of PNG and JPEG files, the class of each being the folder it lies in.
///
/// Classes are sorted by name, pictures keep the archive's order. Only the last folder of a path counts
/// ("photos/cat/1.jpg" is a cat). PNG and JPEG are told by content; hidden files are passed over, and any other
/// file is an error that names the archive and the member. A large set may be cut into several archives.
///
/// The pictures of uncompressed archives that do not fit the memory stay in them and are decoded on demand.
/// Compressed ones must fit, and so must all where some are compressed.
public struct PictureArchiveReader: Sendable {
  /// How pictures are read and kept.
  public let reading: PictureReading

  /// A reader that fits pictures to one size as `fit` says.
  public init(fit: PictureFit = .exact) { self.init(PictureReading(fit: fit)) }

  /// A reader that reads and keeps pictures as `reading` says.
  public init(_ reading: PictureReading) { self.reading = reading }

  /// The pictures of the archive at `path` as a set called `name`; `encoding` is judged by content when nil.
  public func read(_ path: String, name: String, encoding: ImageSet.Encoding? = nil) throws -> ImageSet {
    try read([path], name: name, encoding: encoding)
  }

  /// The pictures of all archives at `paths`, the shards of one set, in that order.
  ///
  /// A member that is there twice, in one archive or in two, is an error like any other.
  public func read(_ paths: [String], name: String, encoding: ImageSet.Encoding? = nil) throws -> ImageSet {
    precondition(!paths.isEmpty, "\(name): no archives")
    var builder = ImageSetBuilder(path: paths[0], reading)
    var seen: Set<String> = []
    func check(_ name: String, _ path: String) throws {
      guard seen.insert(name).inserted else {
        throw FileError(path, "holds \(name), which has been read before")
      }
    }
    // One archive at a time: a set may have more shards than a process may have files open.
    guard try paths.contains(where: { try TarArchive(path: $0).isCompressed }) else {
      let pictures = try paths.flatMap { try PictureArchiveReader.places(of: TarArchive(path: $0)) }
      for picture in pictures { try check(picture.identifier, picture.container) }
      let classes = try PictureClasses(ofFolders: pictures.map(\.identifier), path: paths[0])
      return try builder.imageSet(of: pictures, classes: classes, name: name, encoding: encoding)
    }
    guard !reading.keepsSizes else {
      throw FileError(
        paths[0], "is compressed, so pictures of several sizes cannot be read from it; unpack it")
    }
    for path in paths {
      let archive = try TarArchive(path: path)
      while let member = try archive.next(where: { !ImageSetBuilder.isHidden($0) }) {
        try check(member.name, archive.path)
        let picture = EncodedPicture(
          identifier: member.name, container: archive.path, place: .memory(member.bytes))
        try builder.add(picture, bytes: member.bytes.count)
      }
    }
    return try builder.imageSet(name: name, encoding: encoding)
  }

  /// The files of an uncompressed archive whose names are wanted, left where they are.
  static func places(
    of archive: TarArchive, where isWanted: (String) -> Bool = { !ImageSetBuilder.isHidden($0) }
  ) throws -> [EncodedPicture] {
    var pictures: [EncodedPicture] = []
    while let place = try archive.nextPlace(where: isWanted) {
      pictures.append(
        EncodedPicture(identifier: place.name, container: archive.path, place: .slice(place.range)))
    }
    return pictures
  }
}
