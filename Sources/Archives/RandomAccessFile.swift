import Glibc

/// A file whose bytes are read at any place, by any number of threads at once.
///
/// Every read is one `pread` of the system: no position is shared, nothing is mapped, and a file that is shortened
/// meanwhile is an error and no crash.
package final class RandomAccessFile: Sendable {
  /// The path the file was opened under.
  package let path: String

  /// How many bytes the file had when it was opened.
  package let count: Int

  private let descriptor: Int32

  /// Opens the file at `path`; throws a `FileError` when there is none or it may not be read.
  package init(path: String) throws {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(path, reason(errno)) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw FileError(path, "cannot be read: it is not a regular file")
    }
    count = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// The bytes of `range`; throws a `FileError` when the file ends before them.
  package func bytes(_ range: Range<Int>) throws -> [UInt8] {
    // Asked before memory is reserved, so that a forged size cannot exhaust it.
    guard range.lowerBound >= 0, range.upperBound <= count else {
      throw FileError(path, "ends before byte \(range.upperBound)")
    }
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, size in
      size = 0
      while size < range.count {
        let got = pread(
          descriptor, buffer.baseAddress.map { $0 + size }, range.count - size, off_t(range.lowerBound + size)
        )
        if got < 0 && errno == EINTR { continue }
        guard got > 0 else { break }
        size += got
      }
    }
    guard bytes.count == range.count else { throw FileError(path, "ends before byte \(range.upperBound)") }
    return bytes
  }

  /// The first bytes of the file, at most `count`.
  package func prefix(_ count: Int) throws -> [UInt8] { try bytes(0..<min(count, self.count)) }
}
