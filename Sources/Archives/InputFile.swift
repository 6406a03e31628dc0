import Glibc

/// A file that is read from its beginning to its end.
public final class InputFile {
  /// The file's path.
  public let path: String

  private let stream: UnsafeMutablePointer<FILE>

  /// Opens the file at `path`; throws a `FileError` when there is none or it may not be read.
  public init(path: String) throws {
    var status = stat()
    guard stat(path, &status) == 0 else { throw FileError(path, reason(errno)) }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw FileError(path, "this is a folder; a file was expected")
    }
    guard let stream = fopen(path, "rb") else { throw FileError(path, reason(errno)) }
    self.path = path
    self.stream = stream
  }

  deinit { fclose(stream) }

  /// The next `count` bytes, fewer only at the end of the file.
  public func read(_ count: Int) throws -> [UInt8] {
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, size in
      size = fread(buffer.baseAddress, 1, count, stream)
    }
    guard bytes.count == count || ferror(stream) == 0 else { throw FileError(path, reason(errno)) }
    return bytes
  }

  /// All bytes of the file at `path`.
  public static func bytes(of path: String) throws -> [UInt8] {
    let file = try InputFile(path: path)
    var bytes: [UInt8] = []
    while true {
      let piece = try file.read(1 << 20)
      bytes += piece
      if piece.count < 1 << 20 { return bytes }
    }
  }
}

/// What the operating system's error number means, in our words where it matters.
func reason(_ number: Int32) -> String {
  number == ENOENT ? "no such file" : "cannot be read: \(String(cString: strerror(number)))"
}
