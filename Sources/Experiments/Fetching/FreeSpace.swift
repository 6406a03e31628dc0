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

/// Numbers of bytes for people.
package enum ByteCount {
  /// "512 bytes", "12.3 kB", "170.1 MB", "1.3 GB", in powers of 1000.
  package static func text(_ count: Int) -> String {
    let units = ["kB", "MB", "GB", "TB"]
    guard count >= 1_000 else { return "\(count) bytes" }
    var value = Double(count) / 1_000
    var unit = 0
    while value >= 999.95, unit < units.count - 1 {
      value /= 1_000
      unit += 1
    }
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }
}
