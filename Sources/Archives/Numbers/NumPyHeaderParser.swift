/// Parses the header of a `.npy` file: a Python dictionary of three keys, written as a literal.
struct NumPyHeaderParser {
  /// What a header says.
  struct Header: Equatable {
    var description = ""
    var isFortranOrder = false
    var shape: [Int] = []
  }

  /// NumPy knows no array of more indices.
  static let largestRank = 64

  private let path: String
  private let text: [UInt8]
  private var position = 0

  /// A parser of the header in `bytes`.
  init(_ bytes: FileBytes) {
    path = bytes.path
    text = bytes.array
  }

  /// The header; throws a `FileError` when it is not what NumPy writes.
  mutating func parse() throws -> Header {
    var header = Header()
    var seen: Set<String> = []
    try expect("{")
    while !accept("}") {
      let key = try string()
      guard seen.insert(key).inserted else { throw malformed("the key \(key) twice") }
      try expect(":")
      switch key {
      case "descr":
        guard !accept("[") else { throw FileError(path, "holds a structured array, expected numbers") }
        header.description = try string()
      case "fortran_order": header.isFortranOrder = try truth()
      case "shape": header.shape = try tuple()
      default: throw malformed("the unknown key \(key)")
      }
      if !accept(",") {
        try expect("}")
        break
      }
    }
    skipSpaces()
    guard position == text.count else { throw malformed("something behind its end") }
    guard seen.count == 3 else { throw malformed("\(seen.count) of the keys descr, fortran_order and shape") }
    return header
  }

  private mutating func string() throws -> String {
    skipSpaces()
    guard position < text.count, text[position] == 0x27 || text[position] == 0x22 else {
      throw malformed("no string at byte \(position)")
    }
    let quote = text[position]
    guard let end = text[(position + 1)...].firstIndex(of: quote) else {
      throw malformed("no end of a string")
    }
    defer { position = end + 1 }
    return String(decoding: text[(position + 1)..<end], as: UTF8.self)
  }

  private mutating func truth() throws -> Bool {
    skipSpaces()
    for (word, value) in [("True", true), ("False", false)] where text[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return value
    }
    throw malformed("neither True nor False at byte \(position)")
  }

  private mutating func tuple() throws -> [Int] {
    var extents: [Int] = []
    try expect("(")
    while !accept(")") {
      extents.append(try natural())
      guard extents.count <= NumPyHeaderParser.largestRank else { throw malformed("too many extents") }
      if !accept(",") {
        try expect(")")
        break
      }
    }
    return extents
  }

  private mutating func natural() throws -> Int {
    skipSpaces()
    let digits = text[position...].prefix { (48...57).contains($0) }
    position += digits.count
    // Python 2 wrote long integers with a letter.
    _ = accept("L")
    guard let value = Int(String(decoding: digits, as: UTF8.self)) else {
      throw malformed("an extent that is no number")
    }
    return value
  }

  private mutating func skipSpaces() {
    while position < text.count, text[position] == 0x20 || text[position] == 0x0A { position += 1 }
  }

  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    skipSpaces()
    guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws {
    guard accept(character) else { throw malformed("no \"\(character)\" at byte \(position)") }
  }

  private func malformed(_ found: String) -> FileError {
    FileError(path, "has a header that is not NumPy's: \(found)")
  }
}
