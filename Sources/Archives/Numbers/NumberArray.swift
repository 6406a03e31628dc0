/// An array of numbers as an array file holds it: type, shape, order, and the bytes where they lie.
///
/// Nothing is read before the numbers are asked for; they come in row-major order, whatever order is stored.
public struct NumberArray: Sendable {
  /// Which index runs fastest through the stored numbers.
  public enum Order: Sendable {
    /// The last, as in C.
    case rowMajor
    /// The first, as in Fortran and MATLAB.
    case columnMajor
  }

  /// What errors call the array: the path of its file, and behind a colon its name inside it.
  public var path: String { content.path }

  /// The kind of numbers.
  public let type: NumberType

  /// The extents; empty for a single number.
  public let shape: [Int]

  /// How the numbers are stored.
  public let order: Order

  private let isBigEndian: Bool
  private let content: FileBytes

  /// An array of given content; throws a `FileError` when the bytes are not as many as the shape asks for.
  init(
    _ type: NumberType, shape: [Int], order: Order, isBigEndian: Bool, content: FileBytes
  ) throws {
    var expected = type.byteCount
    for extent in shape {
      let (product, overflow) = expected.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow else {
        throw FileError(content.path, "has shape \(shape), which no memory can hold")
      }
      expected = product
    }
    guard content.count == expected else {
      throw FileError(
        content.path,
        "has \(content.count) bytes of numbers, but \(type.rawValue) of shape \(shape) takes \(expected)")
    }
    self.init(type, shape, order, isBigEndian, content)
  }

  private init(
    _ type: NumberType, _ shape: [Int], _ order: Order, _ isBigEndian: Bool, _ content: FileBytes
  ) {
    self.type = type
    self.shape = shape
    self.order = order
    self.isBigEndian = isBigEndian
    self.content = content
  }

  /// How many numbers there are.
  public var count: Int { content.count / type.byteCount }

  /// The array with its indices in reverse order; costs nothing.
  ///
  /// What MATLAB stores as [height, width, channels, count] is [count, channels, width, height] in row-major order.
  public var transposed: NumberArray {
    NumberArray(
      type, shape.reversed(), order == .rowMajor ? .columnMajor : .rowMajor, isBigEndian, content)
  }

  /// The same numbers, read in row-major order, in another shape of as many.
  ///
  /// Copies only what is stored column-major. Throws a `FileError` when the shape asks for another number.
  public func reshaped(_ shape: [Int]) throws -> NumberArray {
    let stored = order == .rowMajor ? content : reordered()
    return try NumberArray(type, shape: shape, order: .rowMajor, isBigEndian: isBigEndian, content: stored)
  }

  /// The numbers as bytes; throws a `FileError` unless they are uint8 or truth values.
  public func bytes() throws -> [UInt8] {
    guard type == .uint8 || type == .bool else { throw wrongType("bytes (uint8)") }
    return order == .rowMajor ? content.array : ordered(content.array)
  }

  /// The numbers as `Int64`.
  ///
  /// Floating-point numbers are taken when they are whole, since MATLAB keeps integers in them. Throws a `FileError`
  /// when a number is not whole or exceeds `Int64`.
  public func integers() throws -> [Int64] {
    switch type {
    case .bool: read(UInt8.self) { $0 == 0 ? 0 : 1 }
    case .uint8: read(UInt8.self) { Int64($0) }
    case .int8: read(UInt8.self) { Int64(Int8(bitPattern: $0)) }
    case .uint16: read(UInt16.self) { Int64($0) }
    case .int16: read(UInt16.self) { Int64(Int16(bitPattern: $0)) }
    case .uint32: read(UInt32.self) { Int64($0) }
    case .int32: read(UInt32.self) { Int64(Int32(bitPattern: $0)) }
    case .int64: read(UInt64.self) { Int64(bitPattern: $0) }
    case .uint64: try whole(read(UInt64.self) { $0 }) { Int64(exactly: $0) }
    case .float16, .float32, .float64: try whole(doubles()) { Int64(exactly: $0) }
    }
  }

  /// The numbers as `Float`; float64 and large integers are rounded.
  public func floats() -> [Float] {
    switch type {
    case .float16: read(UInt16.self) { Float(Float16(bitPattern: $0)) }
    case .float32: read(UInt32.self) { Float(bitPattern: $0) }
    default: doubles().map(Float.init)
    }
  }

  /// The numbers as `Double`; integers beyond 2⁵³ are rounded.
  public func doubles() -> [Double] {
    switch type {
    case .bool: read(UInt8.self) { $0 == 0 ? 0 : 1 }
    case .uint8: read(UInt8.self) { Double($0) }
    case .int8: read(UInt8.self) { Double(Int8(bitPattern: $0)) }
    case .uint16: read(UInt16.self) { Double($0) }
    case .int16: read(UInt16.self) { Double(Int16(bitPattern: $0)) }
    case .uint32: read(UInt32.self) { Double($0) }
    case .int32: read(UInt32.self) { Double(Int32(bitPattern: $0)) }
    case .uint64: read(UInt64.self) { Double($0) }
    case .int64: read(UInt64.self) { Double(Int64(bitPattern: $0)) }
    case .float16: read(UInt16.self) { Double(Float16(bitPattern: $0)) }
    case .float32: read(UInt32.self) { Double(Float(bitPattern: $0)) }
    case .float64: read(UInt64.self) { Double(bitPattern: $0) }
    }
  }

  /// All numbers in row-major order, loaded as words of any alignment and converted.
  private func read<Word: FixedWidthInteger, Element>(
    _: Word.Type, _ convert: (Word) -> Element
  ) -> [Element] {
    let numbers = content.withUnsafeBytes { source in
      [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
        for index in 0..<count {
          let word = source.loadUnaligned(fromByteOffset: index * MemoryLayout<Word>.size, as: Word.self)
          buffer.initializeElement(
            at: index, to: convert(isBigEndian ? Word(bigEndian: word) : Word(littleEndian: word)))
        }
        initialized = count
      }
    }
    return order == .rowMajor ? numbers : ordered(numbers)
  }

  /// The bytes of column-major numbers in row-major order.
  private func reordered() -> FileBytes {
    let size = type.byteCount
    let stored = content.array
    let positions = ordered(Array(0..<count))
    return FileBytes(positions.flatMap { stored[$0 * size..<($0 + 1) * size] }, path: path)
  }

  /// Column-major numbers in row-major order.
  private func ordered<Element>(_ numbers: [Element]) -> [Element] {
    let extents = shape.filter { $0 != 1 }
    guard extents.count > 1, !numbers.isEmpty else { return numbers }
    // How far apart stored neighbours along each index are.
    var strides: [Int] = []
    var stride = 1
    for extent in extents {
      strides.append(stride)
      stride *= extent
    }
    var indices = [Int](repeating: 0, count: extents.count)
    var position = 0
    return [Element](unsafeUninitializedCapacity: numbers.count) { buffer, initialized in
      for target in 0..<numbers.count {
        buffer.initializeElement(at: target, to: numbers[position])
        var axis = extents.count - 1
        while axis >= 0 {
          indices[axis] += 1
          position += strides[axis]
          if indices[axis] < extents[axis] { break }
          position -= strides[axis] * extents[axis]
          indices[axis] = 0
          axis -= 1
        }
      }
      initialized = numbers.count
    }
  }

  private func whole<Number>(_ numbers: [Number], _ integer: (Number) -> Int64?) throws -> [Int64] {
    try numbers.map { number in
      guard let value = integer(number) else {
        throw FileError(path, "holds \(number), expected whole numbers of at most \(Int64.max)")
      }
      return value
    }
  }

  private func wrongType(_ wanted: String) -> FileError {
    FileError(path, "holds \(type.rawValue) numbers, expected \(wanted)")
  }
}
