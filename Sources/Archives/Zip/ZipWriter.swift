/// Writes a zip archive of stored files, the form that others can map.
///
/// Sizes and positions beyond 4 GiB are written as zip64. Times are left at the format's zero, 1 January 1980, so
/// that the same files make the same archive.
package struct ZipWriter: ~Copyable {
  private struct Entry {
    let name: [UInt8]
    let checksum: UInt32
    let size: Int
    let offset: Int
  }

  /// Values from here on are written as zip64; smaller only in tests.
  private let zip64From: Int
  private var entries: [Entry] = []
  private var position = 0

  /// An archive without files.
  package init(zip64From: Int = 0xFFFF_FFFF) { self.zip64From = zip64From }

  /// Appends a file.
  package mutating func add(_ name: String, _ content: [UInt8], to output: inout AtomicFile.Output) throws {
    let entry = Entry(
      name: Array(name.utf8), checksum: ZipFile.checksum(FileBytes(content, path: name)), size: content.count,
      offset: position)
    let isLarge = entry.size >= zip64From
    let extra: [UInt8] =
      isLarge ? field(1, 2) + field(16, 2) + field(entry.size, 8) + field(entry.size, 8) : []
    var header = field(0x0403_4B50, 4) + field(isLarge ? 45 : 20, 2) + field(0x0800, 2)
    header += field(0, 2) + field(0, 2) + field(0x21, 2)
    header += field(Int(entry.checksum), 4) + sizes(entry, isLarge)
    header += field(entry.name.count, 2) + field(extra.count, 2) + entry.name + extra
    try output.append(header)
    try output.append(content)
    position += header.count + content.count
    entries.append(entry)
  }

  /// Appends the directory, after which nothing more may be added.
  package mutating func finish(to output: inout AtomicFile.Output) throws {
    let start = position
    var directory: [UInt8] = []
    for entry in entries { directory += directoryEntry(entry) }
    let isLarge = start >= zip64From || directory.count >= zip64From || entries.count >= 0xFFFF
    if isLarge { directory += end64(start: start, size: directory.count) }
    let size = isLarge ? directory.count - 76 : directory.count
    let count = isLarge ? 0xFFFF : entries.count
    directory += field(0x0605_4B50, 4) + field(0, 4) + field(count, 2) + field(count, 2)
    directory +=
      field(isLarge ? 0xFFFF_FFFF : size, 4) + field(isLarge ? 0xFFFF_FFFF : start, 4) + field(0, 2)
    try output.append(directory)
    position += directory.count
  }

  private func directoryEntry(_ entry: Entry) -> [UInt8] {
    let isLarge = entry.size >= zip64From
    let isFar = entry.offset >= zip64From
    var extra: [UInt8] = isLarge ? field(entry.size, 8) + field(entry.size, 8) : []
    if isFar { extra += field(entry.offset, 8) }
    if !extra.isEmpty { extra = field(1, 2) + field(extra.count, 2) + extra }
    let version = extra.isEmpty ? 20 : 45
    // Made under Unix, an ordinary file that all may read.
    var bytes = field(0x0201_4B50, 4) + field(version | 3 << 8, 2) + field(version, 2) + field(0x0800, 2)
    bytes += field(0, 2) + field(0, 2) + field(0x21, 2)
    bytes += field(Int(entry.checksum), 4) + sizes(entry, isLarge)
    bytes += field(entry.name.count, 2) + field(extra.count, 2) + field(0, 2) + field(0, 2) + field(0, 2)
    bytes += field(0o100644 << 16, 4) + field(isFar ? 0xFFFF_FFFF : entry.offset, 4) + entry.name + extra
    return bytes
  }

  /// The zip64 end record and its locator, 76 bytes.
  private func end64(start: Int, size: Int) -> [UInt8] {
    var bytes = field(0x0606_4B50, 4) + field(44, 8) + field(45 | 3 << 8, 2) + field(45, 2) + field(0, 8)
    bytes += field(entries.count, 8) + field(entries.count, 8) + field(size, 8) + field(start, 8)
    return bytes + field(0x0706_4B50, 4) + field(0, 4) + field(start + size, 8) + field(1, 4)
  }

  private func sizes(_ entry: Entry, _ isLarge: Bool) -> [UInt8] {
    let size = field(isLarge ? 0xFFFF_FFFF : entry.size, 4)
    return size + size
  }

  /// `value` in `count` bytes, little-endian.
  private func field(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
