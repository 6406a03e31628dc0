import Archives
import Foundation

/// Reads a folder of PNG and JPEG files, the class of each being the folder it lies in.
///
/// Classes are sorted by name, pictures by path. Only the last folder of a path counts ("photos/cat/1.jpg" is
/// a cat). PNG and JPEG are told by content; hidden files are passed over, and any other file is an error, as is a
/// folder without a file. Pictures that do not fit the memory are decoded on demand.
public struct PictureFolderReader: Sendable {
  /// How pictures are read and kept.
  public let reading: PictureReading

  /// A reader that fits pictures to one size as `fit` says.
  public init(fit: PictureFit = .exact) { self.init(PictureReading(fit: fit)) }

  /// A reader that reads and keeps pictures as `reading` says.
  public init(_ reading: PictureReading) { self.reading = reading }

  /// The pictures below the folder at `path` as a set called `name`; `encoding` is judged by content when nil.
  public func read(_ path: String, name: String, encoding: ImageSet.Encoding? = nil) throws -> ImageSet {
    let content = try PictureFolderReader.content(of: path)
    try PictureFolderReader.refuseEmpty(content, path)
    let classes = try PictureClasses(ofFolders: content.files, path: path)
    var builder = ImageSetBuilder(path: path, reading)
    return try builder.imageSet(
      of: content.files.map { EncodedPicture(identifier: $0, container: path, place: .file) },
      classes: classes, name: name, encoding: encoding)
  }

  /// The paths, relative to `folder` and sorted, of all files below it that are not hidden.
  package static func files(below folder: String) throws -> [String] { try content(of: folder).files }

  private static func content(of folder: String) throws -> (files: [String], folders: [String]) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else {
      throw FileError(folder, "no such folder")
    }
    guard isFolder.boolValue else { throw FileError(folder, "this is a file; a folder was expected") }
    guard let walk = FileManager.default.enumerator(atPath: folder) else {
      throw FileError(folder, "the folder cannot be read")
    }
    var (files, folders): ([String], [String]) = ([], [])
    for case let path as String in walk where !ImageSetBuilder.isHidden(path) {
      var isFolder: ObjCBool = false
      let exists = FileManager.default.fileExists(
        atPath: PathName.joined(folder, path), isDirectory: &isFolder)
      if exists && isFolder.boolValue { folders.append(path) } else { files.append(path) }
    }
    return (files.sorted(), folders.sorted())
  }

  /// A class folder without a picture is a mistake: the class would be missing without a word.
  private static func refuseEmpty(_ content: (files: [String], folders: [String]), _ root: String) throws {
    guard !content.files.isEmpty else { throw FileError(root, "holds no pictures") }
    var filled: Set<Substring> = []
    for file in content.files {
      var path = file[...]
      while let slash = path.lastIndex(of: "/") {
        path = path[..<slash]
        guard filled.insert(path).inserted else { break }
      }
    }
    guard let empty = content.folders.first(where: { !filled.contains($0[...]) }) else { return }
    throw FileError(
      PathName.joined(root, empty), "this class folder holds no pictures; fill it or remove it")
  }
}
