/// Where the storages of a PyTorch file lie; none is read before it is asked for.
struct TorchStorages: Sendable {
  /// The storages by key.
  enum Place: Sendable {
    /// Members of a zip archive whose names begin with that.
    case zip(ZipFile, prefix: String)
    /// Pieces of the file.
    case pieces([String: FileBytes])
  }

  /// A storage that a tensor refers to.
  struct Reference: Sendable, Equatable {
    /// The key of the storage.
    let key: String
    /// The kind of its numbers; nil when the tensor says that.
    let elementType: SafeTensorsElementType?
    /// How many numbers it holds, bytes when it has no type.
    let count: Int
    /// Where a view of another storage begins, in numbers, else 0.
    let offset: Int
  }

  /// What errors call the file.
  let path: String

  /// Whether numbers are stored with their highest byte first.
  let isBigEndian: Bool

  let place: Place

  /// How many bytes the storage has; throws a `FileError` when there is none of that key.
  func byteCount(of key: String) throws -> Int {
    let count: Int? =
      switch place {
      case .zip(let zip, let prefix): zip.size(of: prefix + key)
      case .pieces(let pieces): pieces[key]?.count
      }
    guard let count else { throw missing(key) }
    return count
  }

  /// The storage's bytes; throws a `FileError` when there are none of that key or they are damaged.
  func bytes(of key: String) throws -> FileBytes {
    switch place {
    case .zip(let zip, let prefix): return try zip.content(of: prefix + key)
    case .pieces(let pieces):
      guard let bytes = pieces[key] else { throw missing(key) }
      return bytes
    }
  }

  /// The kinds of storages by the last part of their class's name.
  static let elementTypes: [String: SafeTensorsElementType] = [
    "DoubleStorage": .float64, "FloatStorage": .float32, "HalfStorage": .float16,
    "BFloat16Storage": .bfloat16,
    "LongStorage": .int64, "IntStorage": .int32, "ShortStorage": .int16, "CharStorage": .int8,
    "ByteStorage": .uint8, "BoolStorage": .bool,
  ]

  /// What a reference to something outside the pickle says about a storage.
  static func reference(_ value: Pickle.Value) throws -> Reference {
    guard let fields = value.persistent?.elements, fields.count >= 5, fields[0].string == "storage",
      let kind = fields[1].globalName?.split(separator: ".").last.map(String.init),
      let key = fields[2].string, let count = fields[4].integer, count >= 0
    else {
      throw FileError(value.path, "damaged PyTorch file: a tensor refers to \(value.kind), not to a storage")
    }
    guard let elementType = elementTypes[kind] else {
      guard kind == "UntypedStorage" else {
        throw FileError(value.path, "holds a storage of the kind \(kind), which is not read")
      }
      return Reference(key: key, elementType: nil, count: count, offset: 0)
    }
    // Files before 1.6 tell of views by key, offset and size.
    guard fields.count > 5, let view = fields[5].elements else {
      return Reference(key: key, elementType: elementType, count: count, offset: 0)
    }
    guard view.count == 3, let offset = view[1].integer, let size = view[2].integer, offset >= 0, size >= 0,
      offset <= count, size <= count - offset
    else {
      throw FileError(value.path, "damaged PyTorch file: a view of storage \(key) does not lie inside it")
    }
    return Reference(key: key, elementType: elementType, count: offset + size, offset: offset)
  }

  private func missing(_ key: String) -> FileError {
    FileError(path, "damaged PyTorch file: storage \(key.prefix(40)) is not in it")
  }
}
