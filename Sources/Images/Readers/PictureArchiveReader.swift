import Archives

/// Reads a `.tar` or `.tar.gz` of PNG and JPEG files, the class of each being the folder it lies in.
///
/// Classes are sorted by name, pictures keep the archive's order. Only the last folder of a path counts
/// ("photos/cat/1.jpg" is a cat). PNG and JPEG are told by content; hidden files are passed over, and any other
/// file is an error that names the archive and the member. A large set may be cut into several archives.
public struct PictureArchiveReader: Sendable {
  /// How pictures are brought to one size.
  public let fit: PictureFit

  /// A reader that fits pictures to one size as `fit` says.
  public init(fit: PictureFit = .exact) { self.fit = fit }

  /// The pictures of the archive at `path` as a set called `name`; `encoding` is judged by content when nil.
  public func read(_ path: String, name: String, encoding: ImageSet.Encoding? = nil) throws -> ImageSet {
    try read([path], name: name, encoding: encoding)
  }

  /// The pictures of all archives at `paths`, the shards of one set, in that order.
  ///
  /// A member that is there twice, in one archive or in two, is an error like any other.
  public func read(_ paths: [String], name: String, encoding: ImageSet.Encoding? = nil) throws -> ImageSet {
    precondition(!paths.isEmpty, "\(name): no archives")
    var builder = ImageSetBuilder(path: paths[0], fit: fit)
    var seen: Set<String> = []
    for path in paths {
      let archive = try TarArchive(path: path)
      while let member = try archive.next(where: { !ImageSetBuilder.isHidden($0) }) {
        guard seen.insert(member.name).inserted else {
          throw FileError(path, "holds \(member.name), which has been read before")
        }
        try builder.add(
          .init(identifier: member.name, path: "\(path): \(member.name)", bytes: member.bytes))
      }
    }
    return try builder.imageSet(name: name, encoding: encoding)
  }
}
