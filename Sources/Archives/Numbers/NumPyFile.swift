/// NumPy's `.npy` files: one array of numbers each.
///
/// Reads format versions 1 to 3 in C and Fortran order and both byte orders: truth values, integers of 1 to 8 bytes,
/// floating point of 2 to 8. Structured and object arrays, complex numbers, text and dates are refused.
///
/// Reference: *NEP 1 – A Simple File Format for NumPy Arrays*.
public enum NumPyFile {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// No header of an array of numbers is longer.
  static let largestHeader = 1 << 16

  /// The array in the file at `path`, mapped; throws a `FileError` when it cannot be read or is not valid.
  public static func read(_ path: String) throws -> NumberArray {
    try read(FileBytes(path: path))
  }

  /// The array in the bytes of an `.npy` file; throws a `FileError` when they are not valid.
  public static func read(_ bytes: FileBytes) throws -> NumberArray {
    guard bytes.count >= 10, bytes[0..<6].array == magic else {
      throw FileError(bytes.path, bytes.count == 0 ? "the file is empty" : "not a NumPy (.npy) file")
    }
    let version = bytes[6]
    guard (1...3).contains(version) else {
      throw FileError(bytes.path, "has version \(version) of NumPy's format; 1 to 3 are read")
    }
    var cursor = ByteCursor(bytes, at: 8)
    let length = version == 1 ? Int(try cursor.number(UInt16.self)) : Int(try cursor.number(UInt32.self))
    guard length <= largestHeader else {
      throw FileError(bytes.path, "claims a header of \(length) bytes; at most \(largestHeader) are read")
    }
    var parser = NumPyHeaderParser(try cursor.take(length))
    let header = try parser.parse()
    let (type, isBigEndian) = try NumPyFile.type(of: header.description, path: bytes.path)
    return try NumberArray(
      type, shape: header.shape, order: header.isFortranOrder ? .columnMajor : .rowMajor,
      isBigEndian: isBigEndian, content: cursor.take(cursor.remaining))
  }

  /// Writes `array` to the file at `path`, which is replaced as a whole; its name is not stored.
  public static func write(_ array: NamedArray, to path: String) throws {
    try AtomicFile.write(bytes(of: array), to: path)
  }

  /// `array` as the bytes of a `.npy` file, version 1, little-endian and in C order.
  public static func bytes(of array: NamedArray) -> [UInt8] {
    let (description, content) = stored(array.values)
    let extents = array.shape.map { "\($0)" }.joined(separator: ", ")
    let shape = array.shape.count == 1 ? "(\(extents),)" : "(\(extents))"
    var header = Array("{'descr': '\(description)', 'fortran_order': False, 'shape': \(shape), }".utf8)
    // The numbers begin at a multiple of 64 bytes.
    let padding = (64 - (10 + header.count + 1) % 64) % 64
    header += [UInt8](repeating: 0x20, count: padding) + [0x0A]
    precondition(header.count <= 0xFFFF, "\(array.name): too many extents for NumPy's format")
    return magic + [1, 0, UInt8(header.count & 0xFF), UInt8(header.count >> 8)] + header + content
  }

  /// The number type and byte order of a description such as "<f4".
  static func type(of description: String, path: String) throws -> (NumberType, isBigEndian: Bool) {
    let code = description.drop { "<>|=".contains($0) }
    guard let type = NumberType.allCases.first(where: { $0.numPyCode == code }) else {
      let isObject = code.hasPrefix("O")
      throw FileError(
        path,
        isObject
          ? "holds Python objects, expected numbers"
          : "holds elements of type \(description), expected integers, floating point or truth values")
    }
    return (type, description.hasPrefix(">"))
  }

  private static func stored(_ values: NamedArray.Values) -> (String, [UInt8]) {
    guard case .bfloat16(let halves) = values else {
      // NumPy's codes follow from those of safetensors.
      let type = values.elementType
      let kind = type == .bool ? "b" : String(type.rawValue.prefix(1)).lowercased()
      let order = type.byteCount == 1 ? "|" : "<"
      return ("\(order)\(kind)\(type.byteCount)", values.withUnsafeBytes { Array($0) })
    }
    // NumPy has no such numbers.
    let floats = halves.map { Float(bitPattern: UInt32($0) << 16) }
    return ("<f4", floats.withUnsafeBytes { Array($0) })
  }
}
