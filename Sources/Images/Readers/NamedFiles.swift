import Archives
import Foundation

/// The files of known names that a data set consists of, in a folder or in a tar archive of it.
enum NamedFiles {
  /// The content of the files called `names`, in that order.
  ///
  /// `path` is the folder, or the `.tar.gz` that holds it. Throws a `FileError` that names what is missing.
  static func read(_ names: [String], at path: String) throws -> [FileBytes] {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      return try names.map { try FileBytes(path: PathName.joined(path, $0)) }
    }
    let archive = try TarArchive(path: path)
    var found: [String: FileBytes] = [:]
    while let member = try archive.next(where: { names.contains(PathName.last(of: $0)) }) {
      let name = PathName.last(of: member.name)
      guard found[name] == nil else { throw FileError(path, "the archive holds \(name) twice") }
      found[name] = FileBytes(member.bytes, path: "\(path): \(member.name)")
    }
    return try names.map { name in
      guard let file = found[name] else { throw FileError(path, "the archive holds no \(name)") }
      return file
    }
  }
}
