import Archives

/// Writes the tensors of any file of weights as safetensors, under this program's names and in its layout.
public enum WeightsConversion {
  /// The kind of numbers that floating point is written as.
  public enum Precision: String, Sendable, CaseIterable {
    /// 32-bit floating point.
    case float32
    /// 16-bit floating point, IEEE binary16, of at most 65504.
    case float16
    /// 16-bit floating point with the exponent range of 32 bits.
    case bfloat16
  }

  /// Writes `weights` to the safetensors file at `path`, of which PyTorch's library says `format: pt`.
  ///
  /// Floating point keeps its kind unless a precision is given; integers keep theirs. One tensor is in memory at a
  /// time. Throws a `FileError` when a number is too large for float16, and leaves the file at `path` as it was.
  public static func write(_ weights: NamedWeights, precision: Precision? = nil, to path: String) throws {
    let arrays = try weights.names.map { name in
      let stored = try weights.elementType(of: name)
      let type = precision.flatMap { stored.isFloatingPoint ? $0.elementType : nil } ?? stored
      return DeferredArray(name, shape: try weights.shape(of: name), type) {
        try values(of: name, in: weights, as: type)
      }
    }
    try SafeTensors.write(arrays, metadata: ["format": "pt"], to: path)
  }

  private static func values(
    of name: String, in weights: NamedWeights, as type: SafeTensorsElementType
  ) throws -> NamedArray.Values {
    func integers<Number: FixedWidthInteger>(_: Number.Type) throws -> [Number] {
      try weights.integers(of: name).map { Number(truncatingIfNeeded: $0) }
    }
    switch type {
    case .float32: return .float32(try weights.floats(of: name))
    case .float64: return .float64(try weights.doubles(of: name))
    case .bfloat16: return .bfloat16(try weights.floats(of: name).map(rounded))
    case .float16: return .float16(try halves(of: name, in: weights))
    case .int64: return .int64(try weights.integers(of: name))
    case .int32: return .int32(try integers(Int32.self))
    case .int16: return .int16(try integers(Int16.self))
    case .int8: return .int8(try integers(Int8.self))
    case .uint64: return .uint64(try integers(UInt64.self))
    case .uint32: return .uint32(try integers(UInt32.self))
    case .uint16: return .uint16(try integers(UInt16.self))
    case .uint8: return .uint8(try integers(UInt8.self))
    case .bool: return .bool(try weights.integers(of: name).map { $0 != 0 })
    }
  }

  private static func halves(of name: String, in weights: NamedWeights) throws -> [Float16] {
    try weights.floats(of: name).map { value in
      let half = Float16(value)
      guard half.isFinite || !value.isFinite else {
        throw FileError(
          weights.file.path,
          "tensor \"\(weights.source(of: name) ?? name)\" holds \(value), more than float16 can")
      }
      return half
    }
  }

  /// The upper half of the nearest number that needs no other, the even one of two.
  private static func rounded(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    guard !value.isNaN else { return UInt16(bits >> 16) | 0x40 }
    return UInt16((bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
  }
}

extension WeightsConversion.Precision {
  /// What a safetensors header calls it.
  var elementType: SafeTensorsElementType {
    switch self {
    case .float32: .float32
    case .float16: .float16
    case .bfloat16: .bfloat16
    }
  }
}

extension SafeTensorsElementType {
  /// Whether numbers of this kind need not be whole.
  var isFloatingPoint: Bool {
    switch self {
    case .float64, .float32, .float16, .bfloat16: true
    default: false
    }
  }
}
