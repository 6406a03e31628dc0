import Archives

/// The tensors of a file under this program's names and in its layout.
///
/// Convolutions of NumPy archives, `[height, width, inputs, outputs]`, become `[outputs, inputs, height, width]`.
public struct NamedWeights: Sendable {
  /// The file.
  public let file: any TensorFile

  /// The names in the order of the file.
  public let names: [String]

  private let sources: [String: String]

  /// The tensors of `file`; throws a `FileError` when two of its names mean one tensor.
  public init(_ file: any TensorFile) throws {
    self.file = file
    var sources: [String: String] = [:]
    for name in file.names {
      if let other = sources.updateValue(name, forKey: WeightNames.canonical(name)) {
        throw FileError(file.path, "holds \(other) and \(name), which are two names of one tensor")
      }
    }
    self.sources = sources
    names = file.names.map(WeightNames.canonical)
  }

  /// What the file calls a tensor, nil when it has none of that name.
  public func source(of name: String) -> String? { sources[name] }

  /// The extents in this program's layout; throws if there is no such tensor.
  public func shape(of name: String) throws -> [Int] {
    let (source, shape) = try stored(name)
    return isChannelsLast(source, shape) ? [shape[3], shape[2], shape[0], shape[1]] : shape
  }

  /// The kind of numbers; throws if there is no such tensor.
  public func elementType(of name: String) throws -> SafeTensorsElementType {
    try file.elementType(of: stored(name).source)
  }

  /// The numbers as `Float` in this program's layout; throws if there is no such tensor or it holds integers.
  public func floats(of name: String) throws -> [Float] {
    let (source, shape) = try stored(name)
    let values = try file.floats(of: source)
    return isChannelsLast(source, shape) ? Self.channelsFirst(values, shape) : values
  }

  /// The numbers as `Double` in this program's layout; throws if there is no such tensor or it holds integers.
  public func doubles(of name: String) throws -> [Double] {
    let (source, shape) = try stored(name)
    let values = try file.doubles(of: source)
    return isChannelsLast(source, shape) ? Self.channelsFirst(values, shape) : values
  }

  /// The numbers as `Int64`; throws if there is no such tensor or it holds floating point.
  public func integers(of name: String) throws -> [Int64] { try file.integers(of: stored(name).source) }

  private func stored(_ name: String) throws -> (source: String, shape: [Int]) {
    guard let source = sources[name] else { throw FileError(file.path, "has no tensor \"\(name)\"") }
    return (source, try file.shape(of: source))
  }

  private func isChannelsLast(_ source: String, _ shape: [Int]) -> Bool {
    source.hasSuffix("/kernel") && shape.count == 4
  }

  /// `[height, width, inputs, outputs]` as `[outputs, inputs, height, width]`.
  private static func channelsFirst<Number>(_ values: [Number], _ shape: [Int]) -> [Number] {
    let (pixels, inputs, outputs) = (shape[0] * shape[1], shape[2], shape[3])
    return [Number](unsafeUninitializedCapacity: values.count) { buffer, count in
      for output in 0..<outputs {
        for input in 0..<inputs {
          for pixel in 0..<pixels {
            buffer.initializeElement(
              at: (output * inputs + input) * pixels + pixel,
              to: values[(pixel * inputs + input) * outputs + output])
          }
        }
      }
      count = values.count
    }
  }
}
