extension PickleMachine {
  /// Runs an instruction that makes a number, truth value or None; false when it is another.
  mutating func number(_ operation: PickleOperation) throws -> Bool {
    switch operation {
    case .none: try push(.none)
    case .newTrue: try push(.bool(true))
    case .newFalse: try push(.bool(false))
    case .integer:
      let text = try line()
      // How protocols 0 and 1 write truth values.
      if text == "01" || text == "00" { try push(.bool(text == "01")) } else { try pushDecimal(text) }
    case .long:
      let text = try line()
      try pushDecimal(text.hasSuffix("L") ? String(text.dropLast()) : text)
    case .binaryInteger: try push(.integer(Int(cursor.number(Int32.self))))
    case .byteInteger: try push(.integer(Int(cursor.byte())))
    case .shortInteger: try push(.integer(Int(cursor.number(UInt16.self))))
    case .long1: try pushInteger(cursor.take(Int(cursor.byte())))
    case .long4:
      let count = try cursor.number(Int32.self)
      guard count >= 0 else { throw damage("an integer has a negative size") }
      try pushInteger(cursor.take(Int(count)))
    case .float:
      let text = try line()
      guard let value = Double(text) else { throw damage("\(text.prefix(40)) is no number") }
      try push(.float(value))
    case .binaryFloat: try push(.float(Double(bitPattern: cursor.number(UInt64.self, bigEndian: true))))
    default: return false
    }
    return true
  }

  /// Runs an instruction that makes text or bytes; false when it is another.
  mutating func text(_ operation: PickleOperation) throws -> Bool {
    switch operation {
    case .string: try push(FileBytes(unquoted(line()), path: path))
    case .binaryString:
      let count = try cursor.number(Int32.self)
      guard count >= 0 else { throw damage("a string has a negative size") }
      try push(cursor.take(Int(count)))
    case .shortBinaryString, .shortBinaryBytes: try push(cursor.take(Int(cursor.byte())))
    case .binaryBytes: try push(cursor.take(Int(cursor.number(UInt32.self))))
    case .binaryBytes8, .byteArray8: try push(cursor.take(size8()))
    case .unicode: try push(.string(unescaped(line())))
    case .binaryUnicode: try push(.string(utf8(cursor.take(Int(cursor.number(UInt32.self))))))
    case .shortBinaryUnicode: try push(.string(utf8(cursor.take(Int(cursor.byte())))))
    case .binaryUnicode8: try push(.string(utf8(cursor.take(size8()))))
    default: return false
    }
    return true
  }

  /// The rest of the line as Latin-1, as Python reads the arguments of protocol 0.
  mutating func line() throws -> String {
    let rest = cursor.remaining
    let start = cursor.position
    let length = cursor.bytes[start..<start + rest].withUnsafeBytes { $0.firstIndex(of: 0x0A) }
    guard let length else { throw damage("a line does not end") }
    let bytes = try cursor.take(length).array
    _ = try cursor.byte()
    var text = String.UnicodeScalarView()
    for byte in bytes { text.append(Unicode.Scalar(byte)) }
    return String(text)
  }

  /// The rest of the line as a whole number from 0 up.
  mutating func decimal() throws -> Int {
    let text = try line()
    guard let value = Int(text), value >= 0 else {
      throw damage("\(text.prefix(40)) is no number of a value")
    }
    return value
  }

  private mutating func size8() throws -> Int {
    let size = try cursor.number(UInt64.self)
    guard size <= UInt64(cursor.remaining) else { throw damage("a size of \(size) bytes is impossible") }
    return Int(size)
  }

  private func utf8(_ bytes: FileBytes) throws -> String {
    guard let text = String(validating: bytes.array, as: UTF8.self) else {
      throw damage("a text is not UTF-8")
    }
    return text
  }

  /// An integer in two's complement, little-endian.
  private mutating func pushInteger(_ bytes: FileBytes) throws {
    guard bytes.count <= 8 else { return try pushLargeInteger(bytes) }
    let isNegative = bytes.count > 0 && bytes[bytes.count - 1] & 0x80 != 0
    var value: UInt64 = isNegative ? .max : 0
    for index in (0..<bytes.count).reversed() { value = value << 8 | UInt64(bytes[index]) }
    try push(.integer(Int(Int64(bitPattern: value))))
  }

  private mutating func pushDecimal(_ text: String) throws {
    guard let value = Int(text) else {
      throw damage("\(text.prefix(40)) is no integer of 64 bits")
    }
    try push(.integer(value))
  }

  /// The bytes of a Python 2 string literal with its quotes.
  private func unquoted(_ literal: String) throws -> [UInt8] {
    let text = literal.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    guard text.count >= 2, let quote = text.first, quote == 0x27 || quote == 0x22, text.last == quote else {
      throw damage("a string has no quotes")
    }
    var bytes: [UInt8] = []
    var rest = text[1..<text.count - 1]
    while let byte = rest.popFirst() {
      guard byte == 0x5C else {
        bytes.append(byte)
        continue
      }
      guard let escape = rest.popFirst() else { throw damage("a string ends in an escape") }
      let simple: [UInt8: UInt8] = [
        0x5C: 0x5C, 0x27: 0x27, 0x22: 0x22, 0x61: 7, 0x62: 8, 0x66: 12, 0x6E: 10, 0x72: 13, 0x74: 9, 0x76: 11,
      ]
      if let meant = simple[escape] {
        bytes.append(meant)
      } else if escape == 0x78, rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else if (0x30...0x37).contains(escape) {
        var value = Int(escape) - 0x30
        for _ in 0..<2 {
          guard let digit = rest.first, (0x30...0x37).contains(digit) else { break }
          value = value * 8 + Int(digit) - 0x30
          rest = rest.dropFirst()
        }
        bytes.append(UInt8(truncatingIfNeeded: value))
      } else {
        throw damage("a string has an unknown escape")
      }
    }
    return bytes
  }

  /// Text in Python's raw-unicode-escape: Latin-1 with \uXXXX and \UXXXXXXXX.
  private func unescaped(_ line: String) throws -> String {
    guard line.contains("\\") else { return line }
    var units: [UInt16] = []
    var rest = line.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      let width = scalar != "\\" ? 0 : rest.first == "u" ? 4 : rest.first == "U" ? 8 : 0
      guard width > 0 else {
        units += UTF16.encode(scalar).map(Array.init) ?? []
        continue
      }
      let digits = String(String.UnicodeScalarView(rest.dropFirst().prefix(width)))
      guard digits.unicodeScalars.count == width, let value = UInt32(digits, radix: 16), value <= 0x10FFFF
      else {
        throw damage("a text has an unknown escape")
      }
      rest = rest.dropFirst(1 + width)
      // Python 2 writes characters beyond the first plane as two halves.
      if value < 0x10000 {
        units.append(UInt16(value))
      } else if let scalar = Unicode.Scalar(value) {
        units += UTF16.encode(scalar).map(Array.init) ?? []
      }
    }
    guard let text = String(validating: units, as: UTF16.self) else {
      throw damage("a text has half a character")
    }
    return text
  }
}
