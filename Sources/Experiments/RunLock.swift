/// Keeps two programs from training in one run folder at the same time.
package final class RunLock {
  private let lock: FolderLock

  /// Takes the lock of a folder; throws a `FileError` if another program has it.
  package init(_ folder: RunFolder) throws {
    lock = try FolderLock(folder.path, busy: "another limen is training in this folder")
  }
}
