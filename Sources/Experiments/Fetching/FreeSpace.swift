import Archives
import Glibc

/// What a disk can still take.
enum FreeSpace {
  /// Free bytes for this user on the disk of the file or folder at `path`, or of the folder it will lie in.
  static func bytes(at path: String) -> Int? {
    var status = statvfs()
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    guard statvfs(path, &status) == 0 || statvfs(folder.isEmpty ? "/" : folder, &status) == 0 else {
      return nil
    }
    return Int(status.f_bavail) * Int(status.f_frsize)
  }

  /// Throws a `FileError` in the name of `subject` if fewer than `needed` bytes are free at `path`.
  static func require(_ needed: Int, in path: String, for subject: String) throws {
    guard let free = bytes(at: path), free < needed else { return }
    throw FileError(
      subject, "needs \(ByteCount.text(needed)) more, but only \(ByteCount.text(free)) are free for \(path)")
  }
}
