/// Reads the JSON of a safetensors header, and no other JSON.
///
/// A header is an object of objects with three known keys, so that the reader needs no recursion, keeps
/// nothing it does not know, and notices a name given twice, which general JSON readers pass over.
struct SafeTensorsHeaderParser {
  /// One tensor's entry as written, not yet checked.
  struct Tensor {
    let name: String
    let elementType: String
    let shape: [Int]
    let offsets: [Int]
  }

  private let bytes: [UInt8]
  private let path: String
  private var position = 0

  init(_ bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  /// The tensors in the order written, and the free text under `__metadata__`.
  mutating func parse() throws -> (tensors: [Tensor], metadata: [String: String]) {
    var tensors: [Tensor] = []
    var metadata: [String: String] = [:]
    try object("its header") { parser, name in
      if name == "__metadata__" {
        try parser.object("__metadata__") { parser, key in metadata[key] = try parser.string() }
      } else {
        tensors.append(try parser.tensor(name))
      }
    }
    skipSpaces()
    guard position == bytes.count else { throw malformed("text after its end") }
    return (tensors, metadata)
  }

  private mutating func tensor(_ name: String) throws -> Tensor {
    var elementType: String?
    var shape: [Int]?
    var offsets: [Int]?
    try object("tensor \"\(name)\"") { parser, key in
      switch key {
      case "dtype": elementType = try parser.string()
      case "shape": shape = try parser.naturals()
      case "data_offsets": offsets = try parser.naturals()
      default:
        throw FileError(
          parser.path, "tensor \"\(name)\" has the unknown key \"\(key)\"; known: dtype, shape, data_offsets")
      }
    }
    guard let elementType, let shape, let offsets else {
      let missing = elementType == nil ? "dtype" : shape == nil ? "shape" : "data_offsets"
      throw FileError(path, "tensor \"\(name)\" has no \(missing)")
    }
    return Tensor(name: name, elementType: elementType, shape: shape, offsets: offsets)
  }

  /// An object; `member` is called before each value with its key.
  private mutating func object(
    _ what: String, _ member: (inout SafeTensorsHeaderParser, String) throws -> Void
  ) throws {
    try expect("{")
    if accept("}") { return }
    var seen: Set<String> = []
    repeat {
      let key = try string()
      guard seen.insert(key).inserted else { throw FileError(path, "\(what) has the key \"\(key)\" twice") }
      try expect(":")
      try member(&self, key)
    } while accept(",")
    try expect("}")
  }

  /// A list of whole numbers from 0 up.
  private mutating func naturals() throws -> [Int] {
    var numbers: [Int] = []
    try expect("[")
    if accept("]") { return numbers }
    repeat { numbers.append(try natural()) } while accept(",")
    try expect("]")
    return numbers
  }

  private mutating func natural() throws -> Int {
    skipSpaces()
    let start = position
    var value = 0
    while position < bytes.count, (48...57).contains(bytes[position]) {
      let (product, high) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Int(bytes[position] - 48))
      guard !high, !carry else { throw malformed("a number that is too large") }
      value = sum
      position += 1
    }
    let isPadded = position > start + 1 && bytes[start] == 48
    guard position > start, !isPadded else { throw malformed("no whole number") }
    return value
  }

  private mutating func string() throws -> String {
    try expect("\"")
    var text: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          throw malformed("text that is not UTF-8")
        }
        return string
      case UInt8(ascii: "\\"): text += try escaped()
      case ..<32: throw malformed("a control character in a string")
      default: text.append(byte)
      }
    }
    throw malformed("no end of a string")
  }

  /// The UTF-8 bytes of what follows a backslash.
  private mutating func escaped() throws -> [UInt8] {
    guard position < bytes.count else { throw malformed("no end of a string") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "u"):
      var units = [try codeUnit()]
      // A character outside the first plane is written as two escapes.
      if UTF16.isLeadSurrogate(units[0]), position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
        bytes[position + 1] == UInt8(ascii: "u")
      {
        position += 2
        units.append(try codeUnit())
      }
      guard let text = String(validating: units, as: UTF16.self) else { throw malformed("half a character") }
      return Array(text.utf8)
    default: throw malformed("an unknown escape in a string")
    }
  }

  private mutating func codeUnit() throws -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard position < bytes.count, let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue
      else {
        throw malformed("an unknown escape in a string")
      }
      value = value << 4 | UInt16(digit)
      position += 1
    }
    return value
  }

  private mutating func skipSpaces() {
    while position < bytes.count, [32, 10, 13, 9].contains(bytes[position]) { position += 1 }
  }

  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    skipSpaces()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws {
    guard accept(character) else { throw malformed("no \"\(character)\"") }
  }

  private func malformed(_ found: String) -> FileError {
    FileError(path, "has a header that is not the JSON of safetensors: \(found) at byte \(position)")
  }
}
