import Glibc

/// A file's bytes, mapped into memory read-only for as long as the value lives.
///
/// Pages are read when they are first touched. The file must not be shortened meanwhile; files written by
/// `AtomicFile` never are.
package final class MappedFile: Sendable {
  /// The path the file was opened under.
  package let path: String

  // The mapping is never written to and is unmapped only in deinit, so that any thread may read it.
  private nonisolated(unsafe) let start: UnsafeRawPointer?
  private let count: Int

  /// The file's bytes.
  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

  /// Maps the file at `path`; throws `FileError` with the system's own words.
  package init(_ path: String) throws {
    self.path = path
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.failure(path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Self.failure(path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FileError(path, "cannot be read: it is not a regular file")
    }
    count = Int(status.st_size)
    // Nothing can be mapped of an empty file.
    guard count > 0 else {
      start = nil
      return
    }
    guard let mapping = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), mapping != MAP_FAILED else {
      throw Self.failure(path)
    }
    start = UnsafeRawPointer(mapping)
  }

  deinit {
    if let start { munmap(UnsafeMutableRawPointer(mutating: start), count) }
  }

  private static func failure(_ path: String) -> FileError {
    FileError(path, reason(errno))
  }
}
