import Archives
import Foundation

/// Reads a folder of PNG and JPEG files, the class of each being the folder it lies in.
///
/// Classes are sorted by name, pictures by path. Only the last folder of a path counts ("photos/cat/1.jpg" is
/// a cat). PNG and JPEG are told by content; hidden files are passed over, and any other file is an error.
public struct PictureFolderReader: Sendable {
  /// How pictures are brought to one size.
  public let fit: PictureFit

  /// A reader that fits pictures to one size as `fit` says.
  public init(fit: PictureFit = .exact) { self.fit = fit }

  /// The pictures below the folder at `path` as a set called `name`; `encoding` is judged by content when nil.
  public func read(_ path: String, name: String, encoding: ImageSet.Encoding? = nil) throws -> ImageSet {
    var builder = ImageSetBuilder(path: path, fit: fit)
    for file in try PictureFolderReader.files(below: path) {
      let filePath = PathName.joined(path, file)
      try builder.add(.init(identifier: file, path: filePath, bytes: try InputFile.bytes(of: filePath)))
    }
    return try builder.imageSet(name: name, encoding: encoding)
  }

  /// The paths, relative to `folder` and sorted, of all files below it that are not hidden.
  package static func files(below folder: String) throws -> [String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else {
      throw FileError(folder, "no such folder")
    }
    guard isFolder.boolValue else { throw FileError(folder, "this is a file; a folder was expected") }
    guard let walk = FileManager.default.enumerator(atPath: folder) else {
      throw FileError(folder, "the folder cannot be read")
    }
    return walk.compactMap { $0 as? String }.filter { path in
      guard !ImageSetBuilder.isHidden(path) else { return false }
      var isFolder: ObjCBool = false
      let exists = FileManager.default.fileExists(
        atPath: PathName.joined(folder, path), isDirectory: &isFolder)
      return !(exists && isFolder.boolValue)
    }.sorted()
  }
}
