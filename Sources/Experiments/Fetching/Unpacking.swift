import Archives
import Foundation
import Glibc

/// Unpacks a tar archive into a folder that appears only when it is complete.
struct Unpacking {
  /// The archive.
  let archive: String

  /// The folder inside the archive that holds everything in it.
  let folder: String

  /// Where the folder is to appear.
  let directory: String

  /// Writes the files of the archive; throws a `FileError` and leaves nothing if the archive is damaged, names a
  /// place outside its folder or does not fit on the disk.
  func run() throws {
    let temporary = "\(directory)/.\(folder.replacingOccurrences(of: "/", with: "-")).unpacking"
    // What an earlier program left half done.
    try? FileManager.default.removeItem(atPath: temporary)
    do {
      try writeFiles(to: temporary)
      // All files reach the disk before the folder gets its name.
      sync()
      try FileManager.default.createDirectory(
        atPath: parent("\(directory)/\(folder)"), withIntermediateDirectories: true)
      guard rename("\(temporary)/\(folder)", "\(directory)/\(folder)") == 0 else {
        throw FileError(
          "\(directory)/\(folder)", "cannot be put in place: \(String(cString: strerror(errno)))")
      }
    } catch {
      try? FileManager.default.removeItem(atPath: temporary)
      throw error
    }
    try? FileManager.default.removeItem(atPath: temporary)
  }

  private func writeFiles(to temporary: String) throws {
    let tar = try TarArchive(path: archive)
    var made: Set<String> = []
    // TarArchive refuses links and names that lead outside.
    while let member = try tar.next() {
      guard member.name.hasPrefix(folder + "/") else {
        throw FileError(archive, "holds \(member.name), although everything in it should lie in \(folder)")
      }
      let path = "\(temporary)/\(member.name)"
      let parent = parent(path)
      if made.insert(parent).inserted {
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
      }
      guard let stream = fopen(path, "wb") else { throw failure(path) }
      let written = fwrite(member.bytes, 1, member.bytes.count, stream)
      guard fclose(stream) == 0, written == member.bytes.count else { throw failure(path) }
    }
    guard !made.isEmpty else { throw FileError(archive, "holds no files") }
  }

  private func parent(_ path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }

  private func failure(_ path: String) -> FileError {
    FileError(path, "cannot be written: \(String(cString: strerror(errno)))")
  }
}
