/// How the elements of an activation are stored.
///
/// Parameters, statistics, optimizer state, heads and losses are float32 whatever activations are.
public enum ElementType: String, Sendable, CaseIterable {
  /// 32 bits, 24 of them significant.
  case float32
  /// 16 bits, 8 of them significant, the range of float32: `BFloat16`.
  case bfloat16

  /// Bytes of an element.
  public var byteCount: Int {
    switch self {
    case .float32: MemoryLayout<Float>.stride
    case .bfloat16: MemoryLayout<BFloat16>.stride
    }
  }

  /// The nearest value that an element can hold.
  public func nearest(_ value: Float) -> Float {
    switch self {
    case .float32: value
    case .bfloat16: Float(BFloat16(value))
    }
  }

  /// Values in a unit of 32 bits, which is what the products of a convolution multiply: a float, or a pair.
  var valuesPerUnit: Int { 4 / byteCount }

  /// Units that hold so many values; a last single value has a pair to itself.
  func units(_ values: Int) -> Int { (values + valuesPerUnit - 1) / valuesPerUnit }
}
