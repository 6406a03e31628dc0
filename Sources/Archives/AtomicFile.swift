import Glibc

/// Writes whole files so that a reader sees the old content or the new, never a part of it.
///
/// The bytes go to a temporary name in the same folder, are synced, renamed over the target, and the folder is
/// synced. A symbolic link stays a link: the file it points to is replaced. A device or pipe is written to as it is.
public enum AtomicFile {
  /// Replaces the file at `path` by `bytes`; throws `FileError` with the system's own words.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    try write(to: path) { output in try bytes.withUnsafeBytes { try output.append($0) } }
  }

  /// Replaces the file at `path` by `text` in UTF-8; throws `FileError` with the system's own words.
  public static func write(_ text: String, to path: String) throws {
    try write(Array(text.utf8), to: path)
  }

  /// Replaces the file at `path` by what `body` appends; if `body` throws, the file stays as it was.
  ///
  /// This is the form for content too large to be held in memory twice.
  public static func write(to path: String, _ body: (inout Output) throws -> Void) throws {
    let target = resolved(path)
    var status = stat()
    if stat(target, &status) == 0 {
      let kind = status.st_mode & S_IFMT
      guard kind != S_IFDIR else { throw FileError(path, "cannot be written: it is a folder") }
      guard kind == S_IFREG else { return try writeThrough(to: path, body) }
    }
    let folder = folder(of: target)
    let (temporary, descriptor) = try createTemporary(in: folder, for: path)
    do {
      try fill(descriptor, path: path, body)
      guard rename(temporary, target) == 0 else { throw failure(path) }
    } catch {
      unlink(temporary)
      throw error
    }
    try syncFolder(folder, for: path)
  }

  /// An open file that grows at its end.
  public struct Output: ~Copyable {
    fileprivate let descriptor: Int32
    fileprivate let path: String

    /// Appends `bytes`.
    public mutating func append(_ bytes: UnsafeRawBufferPointer) throws {
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count < 0 {
          if errno == EINTR { continue }
          throw failure(path)
        }
        rest = rest.dropFirst(count)
      }
    }

    /// Appends `bytes`.
    public mutating func append(_ bytes: [UInt8]) throws {
      try bytes.withUnsafeBytes { try append($0) }
    }
  }

  /// Runs `body` on the open file, syncs and closes it.
  private static func fill(_ descriptor: Int32, path: String, _ body: (inout Output) throws -> Void) throws {
    do {
      var output = Output(descriptor: descriptor, path: path)
      try body(&output)
      guard fsync(descriptor) == 0 else { throw failure(path) }
    } catch {
      close(descriptor)
      throw error
    }
    // Network file systems report a full disk only here.
    guard close(descriptor) == 0 else { throw failure(path) }
  }

  /// Writes straight into a device or pipe, which can neither be renamed over nor synced.
  private static func writeThrough(to path: String, _ body: (inout Output) throws -> Void) throws {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path) }
    defer { close(descriptor) }
    var output = Output(descriptor: descriptor, path: path)
    try body(&output)
  }

  /// Opens a new file in `folder` under a name nobody else has.
  private static func createTemporary(
    in folder: String, for path: String
  ) throws -> (name: String, descriptor: Int32) {
    while true {
      // The name does not contain the target's, which may already be as long as a name can be.
      let name = "\(folder)/.\(String(UInt64.random(in: .min ... .max), radix: 36)).tmp"
      let descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 { return (name, descriptor) }
      guard errno == EEXIST else { throw failure(path) }
    }
  }

  private static func syncFolder(_ folder: String, for path: String) throws {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path) }
    defer { close(descriptor) }
    // Some file systems cannot sync a folder and say so with EINVAL; there is nothing more to do on them.
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure(path) }
  }

  /// The path with its symbolic links followed if the file exists, else the path itself.
  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The error of the last failed system call.
  private static func failure(_ path: String) -> FileError {
    FileError(path, "cannot be written: \(String(cString: strerror(errno)))")
  }
}
