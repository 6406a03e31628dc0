/// A file of named tensors, whatever its format.
///
/// Opening reads what is said about the tensors; their numbers are read when they are asked for.
public protocol TensorFile: Sendable {
  /// The path the file was opened under.
  var path: String { get }

  /// How the file stores its tensors.
  var format: TensorFileFormat { get }

  /// The tensors' names in the order of the file.
  var names: [String] { get }

  /// Whether there is a tensor of that name.
  func contains(_ name: String) -> Bool

  /// The tensor's extents, empty for a single number; throws if there is no such tensor.
  func shape(of name: String) throws -> [Int]

  /// The kind of numbers the tensor holds; throws if there is no such tensor.
  func elementType(of name: String) throws -> SafeTensorsElementType

  /// The tensor's numbers as `Float`, row-major; float64 is rounded.
  ///
  /// Throws `FileError` if there is no such tensor or it holds integers.
  func floats(of name: String) throws -> [Float]

  /// The tensor's numbers as `Double`, row-major.
  ///
  /// Throws `FileError` if there is no such tensor or it holds integers.
  func doubles(of name: String) throws -> [Double]

  /// The tensor's numbers as `Int64`, row-major; truth values are 0 and 1.
  ///
  /// Throws `FileError` if there is no such tensor, it holds floating point, or a number exceeds `Int64`.
  func integers(of name: String) throws -> [Int64]
}

/// How a file stores tensors.
public enum TensorFileFormat: String, Sendable, Codable, CaseIterable {
  /// The safetensors format.
  case safetensors
  /// PyTorch's zip archives, written since version 1.6.
  case torch = "PyTorch"
  /// PyTorch's files before version 1.6: pickles and storages one behind the other.
  case torchLegacy = "PyTorch before 1.6"
  /// NumPy's archives.
  case numPy = "NumPy archive"
}

extension SafeTensorsFile: TensorFile {
  /// The safetensors format.
  public var format: TensorFileFormat { .safetensors }
}
