/// One 512-byte header block of a tar archive.
struct TarHeader {
  /// The size of a block.
  static let size = 512

  /// The member's path.
  var name: String

  /// The type flag, such as "0" for a file, "5" for a folder, "L" for a GNU long name, "x" for pax records.
  let kind: Character

  /// The size of what follows; nil when the field makes no sense.
  var contentSize: Int?

  /// False for a file with holes, whose content is not simply its bytes.
  var isWhole = true

  /// Whether this is an ordinary file.
  var isFile: Bool { isWhole && (kind == "0" || kind == "\0" || kind == "7") }

  /// Reads a block; nil when its checksum is wrong, as it is in anything but a header.
  init?(_ block: [UInt8]) {
    let unsigned = block.indices.reduce(0) { $0 + ((148..<156).contains($1) ? 32 : Int(block[$1])) }
    guard TarHeader.number(block[148..<156]) == unsigned else { return nil }
    kind = Character(UnicodeScalar(block[156]))
    contentSize = TarHeader.number(block[124..<136])
    let ownName = nullTerminated(block[0..<100])
    // GNU's magic "ustar  " keeps times where POSIX keeps a prefix.
    let isPOSIX = block[257..<263].elementsEqual(Array("ustar\0".utf8))
    let prefix = isPOSIX ? nullTerminated(block[345..<500]) : ""
    name = prefix.isEmpty ? ownName : "\(prefix)/\(ownName)"
  }

  /// The header with what a long name or pax records before it say instead.
  func resolved(by records: PaxRecords) -> TarHeader {
    var header = self
    if let name = records.name { header.name = name }
    if let size = records.size { header.contentSize = size }
    header.isWhole = !records.isSparse
    return header
  }

  /// A number in octal digits, or in base 256 when its first bit is set; nil when it is neither or negative.
  private static func number(_ field: ArraySlice<UInt8>) -> Int? {
    guard let first = field.first else { return nil }
    if first & 0x80 != 0 {
      return ([first & 0x7F] + field.dropFirst()).reduce(0 as Int?) { sum, byte in
        guard let sum, sum < 1 << 48 else { return nil }
        return sum << 8 | Int(byte)
      }
    }
    let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0 && $0 != 0x20 }
    return digits.isEmpty
      ? 0 : Int(String(decoding: digits, as: UTF8.self), radix: 8).flatMap { $0 < 0 ? nil : $0 }
  }
}

/// What pax records or a GNU long name say about the member behind them.
struct PaxRecords {
  /// The member's path.
  var name: String?

  /// The size of its content.
  var size: Int?

  /// Whether the member is a file with holes.
  var isSparse = false

  /// Nothing said.
  init() {}

  /// Parses "length key=value\n" records; nil when they make no sense.
  init?(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard let space = rest.firstIndex(of: 0x20),
        let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
        length > space - rest.startIndex + 1, length <= rest.count,
        rest[rest.startIndex + length - 1] == 0x0A
      else { return nil }
      let record = rest[(space + 1)..<(rest.startIndex + length - 1)]
      guard let equals = record.firstIndex(of: 0x3D) else { return nil }
      let key = String(decoding: record[..<equals], as: UTF8.self)
      let value = String(decoding: record[(equals + 1)...], as: UTF8.self)
      if key == "path" { name = value }
      if key.hasPrefix("GNU.sparse.") { isSparse = true }
      if key == "size" {
        guard let number = Int(value), number >= 0 else { return nil }
        size = number
      }
      rest = rest.dropFirst(length)
    }
  }

  /// Takes over what `other` says.
  mutating func update(with other: PaxRecords) {
    name = other.name ?? name
    size = other.size ?? size
    isSparse = isSparse || other.isSparse
  }
}

/// The text before the first zero byte.
func nullTerminated(_ field: ArraySlice<UInt8>) -> String {
  String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
}
