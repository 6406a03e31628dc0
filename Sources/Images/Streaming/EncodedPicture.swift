import Archives

/// A picture as it is stored: what it is called and where its bytes lie.
struct EncodedPicture: Sendable {
  /// Where the bytes lie.
  enum Place: Sendable {
    /// In a file of their own, below the folder.
    case file

    /// These bytes of an uncompressed archive, which is opened for each picture: a set may have more shards than a
    /// process may have files open.
    case slice(Range<Int>)

    /// In memory, because they came out of a compressed archive.
    case memory([UInt8])
  }

  /// Its path below the root of the set.
  let identifier: String

  /// The folder or archive.
  let container: String

  /// Where the bytes lie.
  let place: Place

  /// What an error calls it.
  var path: String {
    switch place {
    case .file: PathName.joined(container, identifier)
    case .slice, .memory: "\(container): \(identifier)"
    }
  }

  /// The content of the file; throws a `FileError` when it cannot be read.
  func bytes() throws -> [UInt8] {
    switch place {
    case .file:
      let file = try RandomAccessFile(path: path)
      return try file.bytes(0..<file.count)
    case .slice(let range): return try RandomAccessFile(path: container).bytes(range)
    case .memory(let bytes): return bytes
    }
  }

  /// The format, judged by the first bytes; throws a `FileError` when it is none that is known.
  func format() throws -> PictureFormat {
    let length = 16
    let first =
      switch place {
      case .file: try RandomAccessFile(path: path).prefix(length)
      case .slice(let range): try RandomAccessFile(path: container).bytes(range.prefix(length))
      case .memory(let bytes): Array(bytes.prefix(length))
      }
    guard let format = PictureFormat(of: first) else {
      throw FileError(path, first.isEmpty ? "the file is empty" : "neither a PNG nor a JPEG picture")
    }
    return format
  }
}
