/// One data element of a MATLAB file: a type, a size and content.
struct MatElement {
  /// What an element holds.
  enum Kind: UInt32 {
    case int8 = 1
    case uint8, int16, uint16, int32, uint32, float32
    case float64 = 9
    case int64 = 12
    case uint64, matrix, compressed, utf8, utf16, utf32

    /// The type of the numbers; nil for anything else.
    var numberType: NumberType? {
      switch self {
      case .int8: .int8
      case .uint8: .uint8
      case .int16: .int16
      case .uint16: .uint16
      case .int32: .int32
      case .uint32: .uint32
      case .int64: .int64
      case .uint64: .uint64
      case .float32: .float32
      case .float64: .float64
      case .matrix, .compressed, .utf8, .utf16, .utf32: nil
      }
    }
  }

  /// What the element holds.
  let type: Kind

  /// Its content without padding.
  let content: FileBytes

  /// Reads the element at `cursor`, which moves behind it and its padding.
  init(_ cursor: inout ByteCursor, isBigEndian: Bool) throws {
    let tag = try MatElement.tag(&cursor, isBigEndian: isBigEndian)
    type = tag.type
    content = try cursor.take(tag.count)
    if tag.isSmall {
      _ = try cursor.take(4 - tag.count)
    } else if type != .compressed {
      // Writers leave the padding of the last element away.
      _ = try cursor.take(min((8 - tag.count % 8) % 8, cursor.remaining))
    }
  }

  /// Reads the type and the size in front of an element.
  static func tag(
    _ cursor: inout ByteCursor, isBigEndian: Bool
  ) throws -> (type: Kind, count: Int, isSmall: Bool) {
    let first = try cursor.number(UInt32.self, bigEndian: isBigEndian)
    // Four bytes or fewer share the eight of the tag.
    let isSmall = first >> 16 != 0
    let count = Int(isSmall ? first >> 16 : try cursor.number(UInt32.self, bigEndian: isBigEndian))
    guard let type = Kind(rawValue: isSmall ? first & 0xFFFF : first), !isSmall || count <= 4 else {
      throw FileError(
        cursor.bytes.path, "damaged MATLAB file: an element's type or size is impossible (\(first), \(count))"
      )
    }
    return (type, count, isSmall)
  }
}

/// An array of a MATLAB file: what class, which extents, what name, and where its numbers are.
struct MatMatrix {
  /// The variable's name.
  let name: String

  private static let classes: [UInt8: NumberType] = [
    6: .float64, 7: .float32, 8: .int8, 9: .uint8, 10: .int16, 11: .uint16, 12: .int32, 13: .uint32,
    14: .int64, 15: .uint64,
  ]
  private static let otherClasses: [UInt8: String] = [
    1: "a cell array", 2: "a structure", 3: "an object", 4: "text", 5: "a sparse array", 16: "a function",
    17: "an object", 18: "an object",
  ]
  /// More extents than anybody has.
  private static let largestRank = 32

  private let classCode: UInt8
  private let isComplex: Bool
  private let shape: [Int]
  private let numbers: ByteCursor
  private let isBigEndian: Bool

  /// Reads the beginning of an array's content up to its name.
  init(_ content: FileBytes, isBigEndian: Bool) throws {
    self.isBigEndian = isBigEndian
    var cursor = ByteCursor(content)
    let flags = try MatElement(&cursor, isBigEndian: isBigEndian)
    guard flags.type == .uint32, flags.content.count == 8 else {
      throw FileError(content.path, "damaged MATLAB file: an array has no flags")
    }
    var flagsCursor = ByteCursor(flags.content)
    let word = try flagsCursor.number(UInt32.self, bigEndian: isBigEndian)
    classCode = UInt8(truncatingIfNeeded: word)
    isComplex = word & 0x800 != 0
    // Objects have a name where others have extents.
    guard MatMatrix.classes[classCode] != nil || (1...5).contains(classCode) && classCode != 3 else {
      name = try MatMatrix.text(MatElement(&cursor, isBigEndian: isBigEndian))
      shape = []
      numbers = cursor
      return
    }
    let extents = try MatElement(&cursor, isBigEndian: isBigEndian)
    guard extents.type == .int32, extents.content.count % 4 == 0,
      extents.content.count / 4 <= MatMatrix.largestRank
    else { throw FileError(content.path, "damaged MATLAB file: an array has no extents") }
    var extentsCursor = ByteCursor(extents.content)
    shape = try (0..<extents.content.count / 4).map { _ in
      Int(try extentsCursor.number(Int32.self, bigEndian: isBigEndian))
    }
    name = try MatMatrix.text(MatElement(&cursor, isBigEndian: isBigEndian))
    numbers = cursor
  }

  /// The numbers; throws a `FileError` when the array holds anything else.
  func array() throws -> NumberArray {
    let path = numbers.bytes.path
    guard MatMatrix.classes[classCode] != nil else {
      throw FileError(
        path,
        "is \(MatMatrix.otherClasses[classCode] ?? "of class \(classCode)"), expected an array of numbers")
    }
    guard !isComplex else { throw FileError(path, "holds complex numbers, expected real ones") }
    var cursor = numbers
    let element = try MatElement(&cursor, isBigEndian: isBigEndian)
    guard let type = element.type.numberType else {
      throw FileError(path, "damaged MATLAB file: its content is no numbers")
    }
    return try NumberArray(
      type, shape: shape, order: .columnMajor, isBigEndian: isBigEndian, content: element.content)
  }

  private static func text(_ element: MatElement) throws -> String {
    guard element.type == .int8 || element.type == .utf8 || element.type == .uint8 else {
      throw FileError(element.content.path, "damaged MATLAB file: an array has no name")
    }
    return String(decoding: element.content.array, as: UTF8.self)
  }
}
