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

    /// How many numbers there are.
    public var count: Int {
      switch self {
      case .float32(let values): values.count
      case .float64(let values): values.count
      case .int64(let values): values.count
      case .uint8(let values): values.count
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
