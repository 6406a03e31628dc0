/// Reads a file's bytes one field after the other, never beyond their end.
struct ByteCursor {
  /// The bytes that are read.
  let bytes: FileBytes

  /// Where the next field begins.
  private(set) var position: Int

  /// At the beginning of `bytes`, or at `position`.
  init(_ bytes: FileBytes, at position: Int = 0) {
    precondition(position >= 0 && position <= bytes.count, "byte \(position) of \(bytes.count)")
    self.bytes = bytes
    self.position = position
  }

  /// How many bytes are left.
  var remaining: Int { bytes.count - position }

  /// The next byte.
  mutating func byte() throws -> UInt8 {
    guard remaining > 0 else { throw tooShort(1) }
    position += 1
    return bytes[position - 1]
  }

  /// The next `count` bytes.
  mutating func take(_ count: Int) throws -> FileBytes {
    guard count >= 0, count <= remaining else { throw tooShort(count) }
    position += count
    return bytes[position - count..<position]
  }

  /// The next bytes as an integer, little-endian unless `bigEndian`.
  mutating func number<Word: FixedWidthInteger>(_: Word.Type, bigEndian: Bool = false) throws -> Word {
    let field = try take(MemoryLayout<Word>.size)
    let word = field.withUnsafeBytes { $0.loadUnaligned(as: Word.self) }
    return bigEndian ? Word(bigEndian: word) : Word(littleEndian: word)
  }

  private func tooShort(_ count: Int) -> FileError {
    FileError(
      bytes.path, "ends too soon: \(count) bytes were expected at byte \(position), \(remaining) are there")
  }
}
