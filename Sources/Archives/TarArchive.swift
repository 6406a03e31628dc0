/// The files in a tar archive, plain or gzip'ed, read in the archive's order.
///
///     let archive = try TarArchive(path: "pets.tar.gz")
///     while let member = try archive.next() { print(member.name, member.bytes.count) }
///
/// Reads ustar (POSIX.1-1988), GNU long names and pax headers (POSIX.1-2001). Nothing is written to disk. An
/// archive that is truncated, damaged, names a place outside itself or holds links or devices is a `FileError`.
public final class TarArchive {
  /// A file in the archive.
  public struct Member: Sendable {
    /// Its path inside the archive, without a leading "./".
    public let name: String

    /// Its content.
    public let bytes: [UInt8]
  }

  /// A file in an uncompressed archive, left where it lies.
  package struct Place: Sendable {
    /// Its path inside the archive, without a leading "./".
    package let name: String

    /// Where its content lies in the archive.
    package let range: Range<Int>
  }

  /// The archive's path.
  public let path: String

  /// Whether the archive is gzip'ed, so that what is in it can be read from beginning to end only.
  package var isCompressed: Bool { stream.isCompressed }

  /// No file in an archive of pictures is larger; a size beyond it is damage.
  static let largestMember = 1 << 30

  /// No long name or pax header is larger.
  static let largestHeader = 1 << 20

  private let stream: GzipFile
  private var isAtEnd = false
  private var isEmpty = true

  /// Opens the archive at `path`; throws a `FileError` when there is none or it may not be read.
  public init(path: String) throws {
    self.path = path
    self.stream = try GzipFile(path: path)
  }

  /// The next file whose name `isWanted`, or nil behind the last; the others' content is passed over.
  public func next(where isWanted: (_ name: String) -> Bool = { _ in true }) throws -> Member? {
    try nextFile(where: isWanted) { header, name in
      Member(name: name, bytes: try content(of: header, upTo: TarArchive.largestMember))
    }
  }

  /// The place of the next file whose name `isWanted`, or nil behind the last; no content is kept.
  ///
  /// - Precondition: the archive is not compressed.
  package func nextPlace(where isWanted: (_ name: String) -> Bool = { _ in true }) throws -> Place? {
    try nextFile(where: isWanted) { header, name in
      precondition(!isCompressed, "\(path): a compressed archive has no places")
      let size = try size(of: header, upTo: TarArchive.largestMember)
      let start = stream.position
      try skip(size)
      return Place(name: name, range: start..<start + size)
    }
  }

  private func nextFile<File>(
    where isWanted: (String) -> Bool, _ take: (TarHeader, _ name: String) throws -> File
  ) throws -> File? {
    var extended = PaxRecords()
    while let header = try nextHeader() {
      switch header.kind {
      case "L": extended.name = nullTerminated(try content(of: header, upTo: TarArchive.largestHeader)[...])
      case "x":
        let records = try content(of: header, upTo: TarArchive.largestHeader)
        guard let parsed = PaxRecords(records) else { throw damage("a pax header makes no sense") }
        extended.update(with: parsed)
      case "g", "K": try skip(try size(of: header, upTo: TarArchive.largestHeader))
      default:
        let resolved = header.resolved(by: extended)
        extended = PaxRecords()
        if let file = try file(resolved, where: isWanted, take) { return file }
      }
    }
    return nil
  }

  private func file<File>(
    _ header: TarHeader, where isWanted: (String) -> Bool,
    _ take: (TarHeader, _ name: String) throws -> File
  ) throws -> File? {
    let name = try checkedName(header.name)
    let isFolder = header.kind == "5" || header.name.hasSuffix("/")
    guard isFolder || header.isFile else {
      throw damage("member \(name) is a link, device or sparse file; only files and folders are read")
    }
    if !isFolder, isWanted(name) { return try take(header, name) }
    // A folder has no content, whatever its size field says.
    if !isFolder { try skip(try size(of: header, upTo: TarArchive.largestMember)) }
    return nil
  }

  /// The next header block, or nil at the end mark.
  private func nextHeader() throws -> TarHeader? {
    if isAtEnd { return nil }
    let block = try stream.read(TarHeader.size)
    guard block.count == TarHeader.size else {
      throw isEmpty && block.isEmpty ? FileError(path, "the file is empty") : notTarOrTruncated()
    }
    if block.allSatisfy({ $0 == 0 }) {
      isAtEnd = true
      // To the very end, where gzip keeps its checksum.
      while try stream.skip(1 << 20) > 0 {}
      return nil
    }
    guard let header = TarHeader(block) else {
      throw isEmpty ? FileError(path, "not a tar archive") : damage("a header's checksum is wrong")
    }
    isEmpty = false
    return header
  }

  private func size(of header: TarHeader, upTo largest: Int) throws -> Int {
    guard let size = header.contentSize, size <= largest else {
      throw damage("member \(header.name) claims an impossible size")
    }
    return size
  }

  private func content(of header: TarHeader, upTo largest: Int) throws -> [UInt8] {
    let size = try size(of: header, upTo: largest)
    let bytes = try stream.read(size)
    guard bytes.count == size else { throw truncation() }
    try skipPadding(after: size)
    return bytes
  }

  private func skip(_ size: Int) throws {
    guard try stream.skip(size) == size else { throw truncation() }
    try skipPadding(after: size)
  }

  private func skipPadding(after size: Int) throws {
    let padding = (TarHeader.size - size % TarHeader.size) % TarHeader.size
    guard try stream.skip(padding) == padding else { throw truncation() }
  }

  /// `name` without "./", once it is certain that it stays inside the archive.
  private func checkedName(_ name: String) throws -> String {
    let parts = name.split(separator: "/").filter { $0 != "." }
    guard !name.hasPrefix("/"), !parts.contains("..") else {
      throw damage("member \(name) names a place outside the archive")
    }
    return parts.joined(separator: "/")
  }

  private func damage(_ what: String) -> FileError { FileError(path, "damaged tar archive: \(what)") }

  private func truncation() -> FileError {
    FileError(path, "the tar archive ends too soon; the file is truncated")
  }

  private func notTarOrTruncated() -> FileError {
    isEmpty ? FileError(path, "not a tar archive") : truncation()
  }
}
