/// A PyTorch checkpoint opened for reading: the tensors of its state dict.
///
///     let file = try TorchArchive("resnet18.pth")
///     let weight = try file.floats(of: "conv1.weight")
///
/// Reads what `torch.save` writes, the zip archives since version 1.6 and the files before it. The file is mapped:
/// opening reads the pickle only, and each tensor is read when it is asked for. Nothing in the pickle is run: objects
/// of unknown classes are passed over, and a pickle that names what starts programs is refused.
///
/// The state dict may lie below `state_dict`, `model`, `net` and their like, or be a whole pickled module; epochs,
/// optimizers and other entries beside it are listed in `extras`. Sparse and quantised tensors are refused.
///
/// Reference: PyTorch's documentation, *Serialization semantics*.
public struct TorchArchive: TensorFile {
  /// The path the file was opened under.
  public let path: String

  /// Which of PyTorch's formats it is.
  public let format: TensorFileFormat

  /// The tensors' names in the order of the state dict.
  public let names: [String]

  /// Under which keys the state dict lies; empty when it is the outermost value.
  public let nesting: [String]

  /// The entries beside the tensors, such as "epoch" and "optimizer", in their order.
  public let extras: [String]

  private let storages: TorchStorages
  private let tensors: [String: TorchTensor]

  /// Opens the file at `path`; throws a `FileError` when it cannot be read or holds no state dict.
  public init(_ path: String) throws {
    let bytes = try FileBytes(path: path)
    guard bytes.count > 0 else { throw FileError(path, "the file is empty") }
    let isZip = bytes.count > 1 && bytes[0] == 0x50 && bytes[1] == 0x4B
    let content = try isZip ? TorchContent(zip: bytes) : TorchContent(legacy: bytes)
    self.path = path
    format = isZip ? .torch : .torchLegacy
    storages = content.storages
    let dictionary = try TorchStateDict(content.root, path: path)
    nesting = dictionary.nesting
    extras = dictionary.extras
    names = dictionary.entries.map(\.name)
    var tensors: [String: TorchTensor] = [:]
    for (name, value) in dictionary.entries {
      let tensor = try TorchTensor(value, name: name, in: content.storages)
      guard tensors.updateValue(tensor, forKey: name) == nil else {
        throw FileError(path, "holds the tensor \"\(name)\" twice")
      }
    }
    self.tensors = tensors
  }

  /// Whether there is a tensor of that name.
  public func contains(_ name: String) -> Bool { tensors[name] != nil }

  /// The tensor's extents, empty for a single number; throws if there is no such tensor.
  public func shape(of name: String) throws -> [Int] { try tensor(name).shape }

  /// The kind of numbers the tensor holds; throws if there is no such tensor.
  public func elementType(of name: String) throws -> SafeTensorsElementType { try tensor(name).elementType }

  /// The tensor's numbers as `Float`, row-major; float64 is rounded.
  ///
  /// Throws `FileError` if there is no such tensor, it holds integers, or its storage is damaged.
  public func floats(of name: String) throws -> [Float] {
    let tensor = try tensor(name)
    switch tensor.elementType {
    case .float32: return try read(tensor, UInt32.self) { Float(bitPattern: $0) }
    case .float64: return try read(tensor, UInt64.self) { Float(Double(bitPattern: $0)) }
    case .float16: return try read(tensor, UInt16.self) { Float(Float16(bitPattern: $0)) }
    case .bfloat16: return try read(tensor, UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    default: throw wrongType(tensor, name, wanted: "floating point")
    }
  }

  /// The tensor's numbers as `Double`, row-major, exactly as stored.
  ///
  /// Throws `FileError` if there is no such tensor, it holds integers, or its storage is damaged.
  public func doubles(of name: String) throws -> [Double] {
    let tensor = try tensor(name)
    guard tensor.elementType == .float64 else { return try floats(of: name).map(Double.init) }
    return try read(tensor, UInt64.self) { Double(bitPattern: $0) }
  }

  /// The tensor's numbers as `Int64`, row-major; truth values are 0 and 1.
  ///
  /// Throws `FileError` if there is no such tensor, it holds floating point, a number exceeds `Int64`, or its storage
  /// is damaged.
  public func integers(of name: String) throws -> [Int64] {
    let tensor = try tensor(name)
    switch tensor.elementType {
    case .int64: return try read(tensor, UInt64.self) { Int64(bitPattern: $0) }
    case .int32: return try read(tensor, UInt32.self) { Int64(Int32(bitPattern: $0)) }
    case .int16: return try read(tensor, UInt16.self) { Int64(Int16(bitPattern: $0)) }
    case .int8: return try read(tensor, UInt8.self) { Int64(Int8(bitPattern: $0)) }
    case .uint32: return try read(tensor, UInt32.self) { Int64($0) }
    case .uint16: return try read(tensor, UInt16.self) { Int64($0) }
    case .uint8: return try read(tensor, UInt8.self) { Int64($0) }
    case .bool: return try read(tensor, UInt8.self) { $0 == 0 ? 0 : 1 }
    case .uint64:
      return try read(tensor, UInt64.self) { $0 }.map { value in
        guard let integer = Int64(exactly: value) else {
          throw FileError(path, "tensor \"\(name)\" holds \(value), expected at most \(Int64.max)")
        }
        return integer
      }
    case .float64, .float32, .float16, .bfloat16: throw wrongType(tensor, name, wanted: "integers")
    }
  }

  private func tensor(_ name: String) throws -> TorchTensor {
    guard let tensor = tensors[name] else { throw FileError(path, "has no tensor \"\(name)\"") }
    return tensor
  }

  /// All elements of a tensor in row-major order, loaded as words of any alignment and converted.
  private func read<Word: FixedWidthInteger, Element>(
    _ tensor: TorchTensor, _: Word.Type, _ convert: (Word) -> Element
  ) throws -> [Element] {
    guard tensor.count > 0 else { return [] }
    let isBigEndian = storages.isBigEndian
    return try storages.bytes(of: tensor.storage).withUnsafeBytes { source in
      [Element](unsafeUninitializedCapacity: tensor.count) { buffer, count in
        count = 0
        tensor.forEachPosition { position in
          let word = source.loadUnaligned(fromByteOffset: position * MemoryLayout<Word>.size, as: Word.self)
          buffer.initializeElement(
            at: count, to: convert(isBigEndian ? Word(bigEndian: word) : Word(littleEndian: word)))
          count += 1
        }
      }
    }
  }

  private func wrongType(_ tensor: TorchTensor, _ name: String, wanted: String) -> FileError {
    FileError(path, "tensor \"\(name)\" is \(tensor.elementType.rawValue), expected \(wanted)")
  }
}
