import CZlib

/// A zip archive opened for reading: named files, stored as they are or deflated.
///
/// The archive is mapped; stored entries are handed out without being copied. Reads zip64, verifies the CRC-32 of
/// whatever is read, and refuses at opening what would be unsafe or ambiguous: names outside the archive, symbolic
/// links, two entries of one name, entries that overlap, encryption. Inflation is bounded: 4 GiB an entry, and
/// 200 times the packed size beyond 64 MiB.
///
/// Reference: PKWARE, *APPNOTE.TXT – .ZIP File Format Specification*, version 6.3.
public struct ZipFile: Sendable {
  /// The path the archive was opened under.
  public let path: String

  /// The names of its files in the order of its directory; folders are left out.
  public let names: [String]

  private let bytes: FileBytes
  private let entries: [String: ZipEntry]

  /// Opens the archive at `path`; throws a `FileError` when it cannot be read or its directory is not valid.
  public init(_ path: String) throws {
    try self.init(FileBytes(path: path))
  }

  /// Opens an archive that lies in `bytes`; throws a `FileError` when its directory is not valid.
  public init(_ bytes: FileBytes) throws {
    let directory = try ZipDirectory(bytes)
    path = bytes.path
    self.bytes = bytes
    let files = directory.entries.filter { !$0.name.hasSuffix("/") }
    names = files.map(\.name)
    entries = Dictionary(uniqueKeysWithValues: files.map { ($0.name, $0) })
  }

  /// Whether there is a file of that name.
  public func contains(_ name: String) -> Bool { entries[name] != nil }

  /// Whether the file of that name is stored as it is, so that reading it copies nothing.
  public func isStored(_ name: String) -> Bool { entries[name]?.method == 0 }

  /// The unpacked size of the file of that name as the directory has it, nil when there is none.
  public func size(of name: String) -> Int? { entries[name]?.size }

  /// The content of the file of that name: a piece of the mapped archive when stored, inflated otherwise.
  ///
  /// Throws a `FileError` when there is no such file, or it is damaged or packed by another method than deflate.
  public func content(of name: String) throws -> FileBytes {
    guard let entry = entries[name] else { throw FileError(path, "the archive holds no \(name)") }
    let packed = bytes[entry.range].named("\(path): \(name)")
    let content: FileBytes
    switch entry.method {
    case 0: content = packed
    case 8: content = try Inflation.inflated(packed, .none, count: entry.size)
    default:
      throw FileError(packed.path, "is packed by method \(entry.method); only stored and deflated are read")
    }
    guard ZipFile.checksum(content) == entry.checksum else {
      throw FileError(packed.path, "damaged zip archive: its CRC-32 is wrong")
    }
    return content
  }

  /// The CRC-32 of `bytes`.
  package static func checksum(_ bytes: FileBytes) -> UInt32 {
    bytes.withUnsafeBytes { buffer in
      UInt32(crc32_z(0, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), buffer.count))
    }
  }
}

/// What a zip archive's directory says about one member.
struct ZipEntry: Equatable {
  /// Its path inside the archive.
  let name: String

  /// 0 for stored, 8 for deflated.
  let method: Int

  /// Its unpacked size.
  let size: Int

  /// The CRC-32 of the unpacked bytes.
  let checksum: UInt32

  /// Where the packed bytes lie in the archive.
  var range: Range<Int>
}
