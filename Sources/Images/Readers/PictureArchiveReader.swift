import Archives

/// Reads a `.tar` or `.tar.gz` of PNG and JPEG files, the class of each being the folder it lies in.
///
/// Classes are sorted by name, pictures keep the archive's order. Only the last folder of a path counts
/// ("photos/cat/1.jpg" is a cat). PNG and JPEG are told by content; hidden files are passed over, and any other
/// file is an error that names the archive and the member.
public struct PictureArchiveReader: Sendable {
  /// How pictures are brought to one size.
  public let fit: PictureFit

  /// A reader that fits pictures to one size as `fit` says.
  public init(fit: PictureFit = .exact) { self.fit = fit }

  /// The pictures of the archive at `path` as a set called `name`; `encoding` is judged by content when nil.
  public func read(_ path: String, name: String, encoding: ImageSet.Encoding? = nil) throws -> ImageSet {
    let archive = try TarArchive(path: path)
    var builder = ImageSetBuilder(path: path, fit: fit)
    while let member = try archive.next(where: { !ImageSetBuilder.isHidden($0) }) {
      try builder.add(
        .init(identifier: member.name, path: "\(path): \(member.name)", bytes: member.bytes))
    }
    return try builder.imageSet(name: name, encoding: encoding)
  }
}
