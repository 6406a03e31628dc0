/// The central directory at the end of a zip archive, checked as a whole.
struct ZipDirectory {
  /// The members, folders among them, in the directory's order.
  private(set) var entries: [ZipEntry] = []

  private static let entrySignature: UInt32 = 0x0201_4B50
  private static let endSignature: UInt32 = 0x0605_4B50
  private static let end64Signature: UInt32 = 0x0606_4B50
  private static let locator64Signature: UInt32 = 0x0706_4B50
  private static let localSignature: UInt32 = 0x0403_4B50
  private static let endSize = 22

  /// Where the directory lies and how many entries it has.
  private struct Place {
    var count: Int
    var size: Int
    var offset: Int
  }

  private let bytes: FileBytes

  /// Reads the directory of the archive in `bytes`; throws a `FileError` that says what is wrong with it.
  init(_ bytes: FileBytes) throws {
    self.bytes = bytes
    let end = try endRecord()
    let place = try place(end: end)
    guard place.offset <= end, place.size <= end - place.offset, place.count <= place.size / 46 else {
      throw damage("its directory does not lie inside it")
    }
    var cursor = ByteCursor(bytes[place.offset..<place.offset + place.size])
    var names: Set<String> = []
    for _ in 0..<place.count {
      let entry = try entry(&cursor, directoryStart: place.offset)
      guard names.insert(entry.name).inserted else { throw damage("it holds \(entry.name) twice") }
      entries.append(entry)
    }
    try checkOverlap()
  }

  /// The position of the end record, which may be followed by a comment only.
  private func endRecord() throws -> Int {
    guard bytes.count >= ZipDirectory.endSize else { throw noArchive() }
    let last = bytes.count - ZipDirectory.endSize
    for position in stride(from: last, through: max(0, last - 0xFFFF), by: -1) where bytes[position] == 0x50 {
      var cursor = ByteCursor(bytes, at: position)
      guard try cursor.number(UInt32.self) == ZipDirectory.endSignature else { continue }
      _ = try cursor.take(16)
      if Int(try cursor.number(UInt16.self)) == cursor.remaining { return position }
    }
    throw noArchive()
  }

  private func place(end: Int) throws -> Place {
    var cursor = ByteCursor(bytes, at: end + 4)
    let disk = try cursor.number(UInt16.self)
    let directoryDisk = try cursor.number(UInt16.self)
    let countHere = try cursor.number(UInt16.self)
    let count = try cursor.number(UInt16.self)
    let size = try cursor.number(UInt32.self)
    let offset = try cursor.number(UInt32.self)
    if count == .max || size == .max || offset == .max, let place = try place64(end: end) { return place }
    guard disk == 0, directoryDisk == 0, countHere == count else {
      throw damage("it is spread over several files")
    }
    return Place(count: Int(count), size: Int(size), offset: Int(offset))
  }

  /// What the zip64 end record says, if there is one before the end record.
  private func place64(end: Int) throws -> Place? {
    guard end >= 20 else { return nil }
    var locator = ByteCursor(bytes, at: end - 20)
    guard try locator.number(UInt32.self) == ZipDirectory.locator64Signature else { return nil }
    _ = try locator.take(4)
    let position = try offset(locator.number(UInt64.self))
    guard position <= end - 20 else { throw damage("its zip64 record does not lie inside it") }
    var cursor = ByteCursor(bytes, at: position)
    guard try cursor.number(UInt32.self) == ZipDirectory.end64Signature else {
      throw damage("its zip64 record is missing")
    }
    _ = try cursor.take(20)
    let countHere = try offset(cursor.number(UInt64.self))
    let count = try offset(cursor.number(UInt64.self))
    guard countHere == count else { throw damage("it is spread over several files") }
    let size = try offset(cursor.number(UInt64.self))
    return Place(count: count, size: size, offset: try offset(cursor.number(UInt64.self)))
  }

  private func entry(_ cursor: inout ByteCursor, directoryStart: Int) throws -> ZipEntry {
    guard try cursor.number(UInt32.self) == ZipDirectory.entrySignature else {
      throw damage("an entry of its directory is missing")
    }
    let madeBy = try cursor.number(UInt16.self)
    _ = try cursor.take(2)
    let flags = try cursor.number(UInt16.self)
    let method = try cursor.number(UInt16.self)
    _ = try cursor.take(4)
    let checksum = try cursor.number(UInt32.self)
    let packedSize = try cursor.number(UInt32.self)
    let size = try cursor.number(UInt32.self)
    let nameLength = Int(try cursor.number(UInt16.self))
    let extraLength = Int(try cursor.number(UInt16.self))
    let commentLength = Int(try cursor.number(UInt16.self))
    _ = try cursor.take(4)
    let attributes = try cursor.number(UInt32.self)
    let start = try cursor.number(UInt32.self)
    let name = try checkedName(cursor.take(nameLength))
    guard flags & 0x2041 == 0 else { throw damage("member \(name) is encrypted") }
    // The upper half of the attributes is the mode of a file under Unix.
    guard madeBy >> 8 != 3 || attributes >> 28 != 0xA else { throw damage("member \(name) is a link") }
    let fields = try resolved64(
      [size, packedSize, start], extra: ByteCursor(cursor.take(extraLength)), of: name)
    _ = try cursor.take(commentLength)
    guard method != 0 || fields[0] == fields[1] else {
      throw damage("member \(name) is stored in \(fields[1]) bytes but has \(fields[0])")
    }
    let range = try range(ofLocal: fields[2], size: fields[1], name: name, before: directoryStart)
    return ZipEntry(name: name, method: Int(method), size: fields[0], checksum: checksum, range: range)
  }

  /// The fields, those that are all ones replaced by what the zip64 extra field says.
  private func resolved64(_ fields: [UInt32], extra: ByteCursor, of name: String) throws -> [Int] {
    var extra = extra
    while fields.contains(.max), extra.remaining >= 4 {
      let kind = try extra.number(UInt16.self)
      let field = try extra.take(Int(try extra.number(UInt16.self)))
      guard kind == 1 else { continue }
      var cursor = ByteCursor(field)
      return try fields.map { $0 == .max ? try offset(cursor.number(UInt64.self)) : Int($0) }
    }
    return fields.map(Int.init)
  }

  /// Where the packed bytes lie behind the local header at `start`.
  private func range(
    ofLocal start: Int, size: Int, name: String, before directoryStart: Int
  ) throws -> Range<Int> {
    guard start <= directoryStart - 30 else { throw damage("member \(name) does not lie inside it") }
    var cursor = ByteCursor(bytes, at: start)
    guard try cursor.number(UInt32.self) == ZipDirectory.localSignature else {
      throw damage("member \(name) has no header")
    }
    _ = try cursor.take(22)
    let nameLength = Int(try cursor.number(UInt16.self))
    let extraLength = Int(try cursor.number(UInt16.self))
    guard try cursor.take(nameLength).array == Array(name.utf8) else {
      throw damage("member \(name) has another name in its own header")
    }
    _ = try cursor.take(extraLength)
    let from = cursor.position
    guard from <= directoryStart, size <= directoryStart - from else {
      throw damage("member \(name) does not lie inside it")
    }
    return from..<from + size
  }

  /// Entries that share bytes are how a small archive unpacks to petabytes.
  private func checkOverlap() throws {
    let sorted = entries.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    for (entry, next) in zip(sorted, sorted.dropFirst()) where entry.range.upperBound > next.range.lowerBound
    {
      throw damage("members \(entry.name) and \(next.name) overlap")
    }
  }

  private func checkedName(_ field: FileBytes) throws -> String {
    guard let name = String(validating: field.array, as: UTF8.self), !name.isEmpty, !name.contains("\0")
    else {
      throw damage("a member's name is not UTF-8")
    }
    let isOutside = name.hasPrefix("/") || name.contains("\\") || name.split(separator: "/").contains("..")
    guard !isOutside else { throw damage("member \(name) names a place outside the archive") }
    return name
  }

  private func offset(_ value: UInt64) throws -> Int {
    guard value <= UInt64(Int.max / 4) else {
      throw damage("a size or offset in it is impossible")
    }
    return Int(value)
  }

  private func noArchive() -> FileError {
    FileError(
      bytes.path, bytes.count == 0 ? "the file is empty" : "not a zip archive, or one that is cut off")
  }

  private func damage(_ what: String) -> FileError { FileError(bytes.path, "damaged zip archive: \(what)") }
}
