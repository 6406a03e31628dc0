/// The kind of number an array file stores.
public enum NumberType: String, Sendable, Equatable, CaseIterable {
  /// Truth values, one byte each.
  case bool
  /// 8-bit unsigned integers.
  case uint8
  /// 8-bit signed integers.
  case int8
  /// 16-bit unsigned integers.
  case uint16
  /// 16-bit signed integers.
  case int16
  /// 32-bit unsigned integers.
  case uint32
  /// 32-bit signed integers.
  case int32
  /// 64-bit unsigned integers.
  case uint64
  /// 64-bit signed integers.
  case int64
  /// 16-bit floating point, IEEE binary16.
  case float16
  /// 32-bit floating point.
  case float32
  /// 64-bit floating point.
  case float64

  /// Bytes per number.
  public var byteCount: Int {
    switch self {
    case .bool, .uint8, .int8: 1
    case .uint16, .int16, .float16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    }
  }

  /// What NumPy calls it without the byte order, such as "u1" or "f4".
  var numPyCode: String {
    switch self {
    case .bool: "b1"
    case .uint8, .uint16, .uint32, .uint64: "u\(byteCount)"
    case .int8, .int16, .int32, .int64: "i\(byteCount)"
    case .float16, .float32, .float64: "f\(byteCount)"
    }
  }
}
