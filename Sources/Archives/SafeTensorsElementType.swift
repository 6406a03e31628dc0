/// The kind of number a safetensors file stores, under the name its header uses.
public enum SafeTensorsElementType: String, Sendable, Equatable, CaseIterable {
  /// 64-bit floating point.
  case float64 = "F64"
  /// 32-bit floating point.
  case float32 = "F32"
  /// 16-bit floating point, IEEE binary16.
  case float16 = "F16"
  /// 16-bit floating point with the exponent range of 32 bits.
  case bfloat16 = "BF16"
  /// 64-bit signed integers.
  case int64 = "I64"
  /// 32-bit signed integers.
  case int32 = "I32"
  /// 16-bit signed integers.
  case int16 = "I16"
  /// 8-bit signed integers.
  case int8 = "I8"
  /// 64-bit unsigned integers.
  case uint64 = "U64"
  /// 32-bit unsigned integers.
  case uint32 = "U32"
  /// 16-bit unsigned integers.
  case uint16 = "U16"
  /// 8-bit unsigned integers.
  case uint8 = "U8"
  /// Truth values, one byte each.
  case bool = "BOOL"

  /// Bytes per number.
  public var byteCount: Int {
    switch self {
    case .float64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .float16, .bfloat16, .int16, .uint16: 2
    case .int8, .uint8, .bool: 1
    }
  }
}
