/// A safetensors file opened for reading: named arrays of numbers and free text.
///
/// The file is mapped, so that opening costs only the header; each array is read when it is asked for. The header
/// is checked as a whole at opening: known types, sizes that fit the shapes, every data byte in exactly one tensor.
public struct SafeTensorsFile: Sendable {
  /// The path the file was opened under.
  public var path: String { mapping.path }

  /// The tensors' names in the order of their bytes in the file.
  public let names: [String]

  /// The free text stored beside the tensors.
  public let metadata: [String: String]

  private let mapping: MappedFile
  private let entries: [String: SafeTensorsHeader.Entry]
  private let dataStart: Int

  /// Opens the file at `path`; throws `FileError` if it cannot be read or its header is not valid.
  public init(_ path: String) throws {
    mapping = try MappedFile(path)
    let header = try SafeTensorsHeader(mapping.bytes, path: path)
    names = header.entries.map(\.name)
    metadata = header.metadata
    entries = Dictionary(uniqueKeysWithValues: header.entries.map { ($0.name, $0) })
    dataStart = header.dataStart
  }

  /// Whether there is a tensor of that name.
  public func contains(_ name: String) -> Bool { entries[name] != nil }

  /// The tensor's extents, empty for a single number; throws if there is no such tensor.
  public func shape(of name: String) throws -> [Int] { try entry(name).shape }

  /// The kind of numbers the tensor holds; throws if there is no such tensor.
  public func elementType(of name: String) throws -> SafeTensorsElementType { try entry(name).elementType }

  /// The tensor's numbers as `Float`, whatever floating-point type is stored; F64 is rounded.
  ///
  /// Throws `FileError` if there is no such tensor or it holds integers.
  public func floats(of name: String) throws -> [Float] {
    let entry = try entry(name)
    switch entry.elementType {
    case .float32: return read(entry, UInt32.self) { Float(bitPattern: $0) }
    case .float64: return read(entry, UInt64.self) { Float(Double(bitPattern: $0)) }
    case .float16: return read(entry, UInt16.self) { Float(Float16(bitPattern: $0)) }
    case .bfloat16: return read(entry, UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    default: throw wrongType(entry, wanted: "floating point")
    }
  }

  /// The tensor's numbers as `Double`, exactly as stored.
  ///
  /// Throws `FileError` if there is no such tensor or it holds integers.
  public func doubles(of name: String) throws -> [Double] {
    let entry = try entry(name)
    guard entry.elementType == .float64 else { return try floats(of: name).map(Double.init) }
    return read(entry, UInt64.self) { Double(bitPattern: $0) }
  }

  /// The tensor's numbers as `Int64`, whatever integer type is stored; truth values are 0 and 1.
  ///
  /// Throws `FileError` if there is no such tensor, it holds floating point, or a number exceeds `Int64`.
  public func integers(of name: String) throws -> [Int64] {
    let entry = try entry(name)
    switch entry.elementType {
    case .int64: return read(entry, UInt64.self) { Int64(bitPattern: $0) }
    case .int32: return read(entry, UInt32.self) { Int64(Int32(bitPattern: $0)) }
    case .int16: return read(entry, UInt16.self) { Int64(Int16(bitPattern: $0)) }
    case .int8: return read(entry, UInt8.self) { Int64(Int8(bitPattern: $0)) }
    case .uint32: return read(entry, UInt32.self) { Int64($0) }
    case .uint16: return read(entry, UInt16.self) { Int64($0) }
    case .uint8: return read(entry, UInt8.self) { Int64($0) }
    case .bool: return read(entry, UInt8.self) { $0 == 0 ? 0 : 1 }
    case .uint64:
      return try read(entry, UInt64.self) { $0 }.map { value in
        guard let integer = Int64(exactly: value) else {
          throw FileError(path, "tensor \"\(name)\" holds \(value), expected at most \(Int64.max)")
        }
        return integer
      }
    case .float64, .float32, .float16, .bfloat16: throw wrongType(entry, wanted: "integers")
    }
  }

  private func entry(_ name: String) throws -> SafeTensorsHeader.Entry {
    guard let entry = entries[name] else { throw FileError(path, "has no tensor \"\(name)\"") }
    return entry
  }

  /// All elements, loaded as little-endian words of any alignment and converted.
  private func read<Word: FixedWidthInteger, Element>(
    _ entry: SafeTensorsHeader.Entry, _: Word.Type, _ convert: (Word) -> Element
  ) -> [Element] {
    let bytes = mapping.bytes[dataStart + entry.range.lowerBound..<dataStart + entry.range.upperBound]
    let source = UnsafeRawBufferPointer(rebasing: bytes)
    return [Element](unsafeUninitializedCapacity: entry.count) { buffer, count in
      count = entry.count
      for index in 0..<count {
        let word = source.loadUnaligned(fromByteOffset: index * MemoryLayout<Word>.size, as: Word.self)
        buffer.initializeElement(at: index, to: convert(Word(littleEndian: word)))
      }
    }
  }

  private func wrongType(_ entry: SafeTensorsHeader.Entry, wanted: String) -> FileError {
    FileError(path, "tensor \"\(entry.name)\" is \(entry.elementType.rawValue), expected \(wanted)")
  }
}
