/// The arrays of a NumPy archive as tensors, in the order of the archive.
///
/// Headers are read when the archive is opened, numbers when they are asked for.
public struct NumPyWeights: TensorFile {
  /// The path the archive was opened under.
  public var path: String { archive.path }

  /// The arrays' names.
  public var names: [String] { archive.names }

  /// NumPy's archives.
  public var format: TensorFileFormat { .numPy }

  private let archive: NumPyArchive

  /// Opens the archive at `path`; throws a `FileError` when it cannot be read or is none.
  public init(_ path: String) throws { archive = try NumPyArchive(path) }

  /// Whether there is an array of that name.
  public func contains(_ name: String) -> Bool { archive.names.contains(name) }

  /// The array's extents; throws if there is no such array or it is not valid.
  public func shape(of name: String) throws -> [Int] { try archive.array(name).shape }

  /// The kind of numbers the array holds; throws if there is no such array or it is not valid.
  public func elementType(of name: String) throws -> SafeTensorsElementType {
    switch try archive.array(name).type {
    case .bool: .bool
    case .uint8: .uint8
    case .int8: .int8
    case .uint16: .uint16
    case .int16: .int16
    case .uint32: .uint32
    case .int32: .int32
    case .uint64: .uint64
    case .int64: .int64
    case .float16: .float16
    case .float32: .float32
    case .float64: .float64
    }
  }

  /// The array's numbers as `Float`; throws if there is no such array or it holds integers.
  public func floats(of name: String) throws -> [Float] { try floating(name).floats() }

  /// The array's numbers as `Double`; throws if there is no such array or it holds integers.
  public func doubles(of name: String) throws -> [Double] { try floating(name).doubles() }

  /// The array's numbers as `Int64`; throws if there is no such array or a number is not whole.
  public func integers(of name: String) throws -> [Int64] { try archive.array(name).integers() }

  private func floating(_ name: String) throws -> NumberArray {
    let array = try archive.array(name)
    guard [.float16, .float32, .float64].contains(array.type) else {
      throw FileError(path, "tensor \"\(name)\" is \(array.type.rawValue), expected floating point")
    }
    return array
  }
}
