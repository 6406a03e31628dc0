import Archives
import Glibc

/// Keeps two programs from training in one run folder at the same time.
///
/// The lock is the operating system's, on the folder itself: it goes with the process, however that ends.
package final class RunLock {
  private let descriptor: Int32

  /// Takes the lock of a folder; throws a `FileError` if another program has it.
  package init(_ folder: RunFolder) throws {
    descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw FileError(folder.path, "cannot be locked: \(String(cString: strerror(errno)))")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw FileError(folder.path, "another limen is training in this folder")
    }
  }

  deinit {
    close(descriptor)
  }
}
