/// A named array of numbers in row-major order, as a file holds it.
public struct NamedArray: Sendable, Equatable {
  /// The name, such as `layer1.0.conv1.weight`.
  public let name: String

  /// The extents; empty for a single number.
  public let shape: [Int]

  /// The numbers, as many as the product of `shape`.
  public let values: Values

  /// Numbers of one of the kinds that can be written.
  public enum Values: Sendable, Equatable {
    /// 32-bit floating point.
    case float32([Float])
    /// 64-bit floating point.
    case float64([Double])
    /// 64-bit signed integers.
    case int64([Int64])
    /// Bytes.
    case uint8([UInt8])
    /// 16-bit floating point, IEEE binary16.
    case float16([Float16])
    /// 16-bit floating point with the exponent range of 32 bits, as the upper halves of such numbers.
    case bfloat16([UInt16])
    /// 32-bit signed integers.
    case int32([Int32])
    /// 16-bit signed integers.
    case int16([Int16])
    /// 8-bit signed integers.
    case int8([Int8])
    /// 64-bit unsigned integers.
    case uint64([UInt64])
    /// 32-bit unsigned integers.
    case uint32([UInt32])
    /// 16-bit unsigned integers.
    case uint16([UInt16])
    /// Truth values.
    case bool([Bool])

    /// How many numbers there are.
    public var count: Int { withUnsafeBytes { $0.count } / elementType.byteCount }

    /// Calls `body` with the numbers as they lie in memory, little-endian.
    func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
      switch self {
      case .float32(let values): try values.withUnsafeBytes(body)
      case .float64(let values): try values.withUnsafeBytes(body)
      case .float16(let values): try values.withUnsafeBytes(body)
      case .bfloat16(let values): try values.withUnsafeBytes(body)
      case .int64(let values): try values.withUnsafeBytes(body)
      case .int32(let values): try values.withUnsafeBytes(body)
      case .int16(let values): try values.withUnsafeBytes(body)
      case .int8(let values): try values.withUnsafeBytes(body)
      case .uint64(let values): try values.withUnsafeBytes(body)
      case .uint32(let values): try values.withUnsafeBytes(body)
      case .uint16(let values): try values.withUnsafeBytes(body)
      case .uint8(let values): try values.withUnsafeBytes(body)
      case .bool(let values): try values.withUnsafeBytes(body)
      }
    }

    /// How a safetensors header calls this kind of number.
    var elementType: SafeTensorsElementType {
      switch self {
      case .float32: .float32
      case .float64: .float64
      case .float16: .float16
      case .bfloat16: .bfloat16
      case .int64: .int64
      case .int32: .int32
      case .int16: .int16
      case .int8: .int8
      case .uint64: .uint64
      case .uint32: .uint32
      case .uint16: .uint16
      case .uint8: .uint8
      case .bool: .bool
      }
    }
  }

  /// The array `name` of the given shape; the number of values must be the product of the extents.
  public init(_ name: String, shape: [Int], _ values: Values) {
    precondition(shape.allSatisfy { $0 >= 0 }, "\(name): negative extent in shape \(shape)")
    let count = shape.reduce(1, *)
    precondition(
      values.count == count, "\(name): shape \(shape) holds \(count) values, got \(values.count)")
    self.name = name
    self.shape = shape
    self.values = values
  }
}
