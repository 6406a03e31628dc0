/// The IDX files of the MNIST family: one array of numbers each, plain or gzip'ed.
///
/// Two zero bytes, the type, the number of extents, the extents and the numbers, all big-endian, row-major.
///
/// Reference: LeCun, Cortes, Burges, *The MNIST Database of Handwritten Digits*, 1998.
public enum IDXFile {
  /// No file of the family inflates to more.
  static let largestSize = 4 << 30

  /// The array in the file at `path`; throws a `FileError` when it cannot be read or is not valid.
  public static func read(_ path: String) throws -> NumberArray {
    let file = try GzipFile(path: path)
    let bytes = try file.read(largestSize)
    guard try file.skip(1) == 0 else { throw FileError(path, "is larger than \(largestSize >> 30) GiB") }
    return try read(FileBytes(bytes, path: path))
  }

  /// The array in the bytes of an unpacked IDX file.
  static func read(_ bytes: FileBytes) throws -> NumberArray {
    guard bytes.count >= 4, bytes[0] == 0, bytes[1] == 0, let type = type(bytes[2]) else {
      throw FileError(bytes.path, bytes.count == 0 ? "the file is empty" : "not an IDX file")
    }
    var cursor = ByteCursor(bytes, at: 4)
    let shape = try (0..<Int(bytes[3])).map { _ in Int(try cursor.number(UInt32.self, bigEndian: true)) }
    return try NumberArray(
      type, shape: shape, order: .rowMajor, isBigEndian: true, content: cursor.take(cursor.remaining))
  }

  private static func type(_ code: UInt8) -> NumberType? {
    switch code {
    case 0x08: .uint8
    case 0x09: .int8
    case 0x0B: .int16
    case 0x0C: .int32
    case 0x0D: .float32
    case 0x0E: .float64
    default: nil
    }
  }
}
