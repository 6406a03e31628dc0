import Archives
import Glibc

/// Keeps two programs from working in one folder at the same time.
///
/// The lock is the operating system's, on the folder itself: it leaves no file behind and goes with the process,
/// however that ends.
package final class FolderLock {
  private let descriptor: Int32

  /// Takes the lock of the folder at `path`; throws a `FileError` that says `busy` if another program has it.
  package init(_ path: String, busy: String) throws {
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw FileError(path, "cannot be locked: \(String(cString: strerror(errno)))")
    }
    // What a throwing initializer has set is torn down by deinit, which closes the descriptor: once, since its number may be
    // another file's by then.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw FileError(path, busy) }
  }

  deinit {
    close(descriptor)
  }
}
