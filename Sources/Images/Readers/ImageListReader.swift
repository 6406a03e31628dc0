import Archives
import Foundation

/// Reads the pictures that a text file lists with their labels, below a root folder or in tar archives.
///
/// A line is `relative/path label`, as in the lists of OpenOOD (Yang et al., *OpenOOD: Benchmarking Generalized
/// Out-of-Distribution Detection*, 2022). The list defines the set: its order, its pictures, its labels. A list of
/// outliers has −1 throughout and makes a set of one class, called after the list.
public struct ImageListReader: Sendable {
  /// How pictures are read and kept.
  public let reading: PictureReading

  /// A reader that reads and keeps pictures as `reading` says.
  public init(_ reading: PictureReading = PictureReading()) { self.reading = reading }

  /// The pictures of `list`, found below `root`, as a set called `name`; `encoding` is judged by content when nil.
  ///
  /// `root` is a folder, a tar archive or a `FilePattern` of archives that hold the pictures together.
  /// Classes are called `classNames`, else after the folders of their pictures, else by their numbers. Throws a
  /// `FileError` that names the list and the line when it makes no sense or a picture is missing.
  public func read(
    _ list: String, root: String, classNames: [String]? = nil, name: String,
    encoding: ImageSet.Encoding? = nil
  ) throws -> ImageSet {
    let content = try PictureList(path: list)
    let classes = try content.classes(names: classNames)
    var isFolder: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: root, isDirectory: &isFolder)
    guard isThere || FilePattern(root).isPattern else {
      throw FileError(root, "there is no such folder or tar archive, in which \(list) names pictures")
    }
    let pictures =
      isFolder.boolValue ? try files(of: content, below: root) : try members(of: content, in: root)
    var builder = ImageSetBuilder(path: list, reading)
    return try builder.imageSet(of: pictures, classes: classes, name: name, encoding: encoding)
  }

  private func files(of list: PictureList, below root: String) throws -> [EncodedPicture] {
    try list.lines.map { line in
      guard FileManager.default.fileExists(atPath: PathName.joined(root, line.path)) else {
        throw missing(line, list, root)
      }
      return EncodedPicture(identifier: line.path, container: root, place: .file)
    }
  }

  private func members(of list: PictureList, in root: String) throws -> [EncodedPicture] {
    let wanted = Set(list.lines.map(\.path))
    var found: [String: EncodedPicture] = [:]
    var byteCount = 0
    for path in try FilePattern(root).files() {
      let pictures = try self.pictures(wanted, in: path, after: &byteCount, of: list)
      for picture in pictures where found.updateValue(picture, forKey: picture.identifier) != nil {
        throw FileError(path, "holds \(picture.identifier), which has been read before")
      }
    }
    return try list.lines.map { line in
      guard let picture = found[line.path] else { throw missing(line, list, root) }
      return picture
    }
  }

  /// The wanted members of one archive; those of compressed ones are counted in `byteCount` and must fit the memory.
  private func pictures(
    _ wanted: Set<String>, in path: String, after byteCount: inout Int, of list: PictureList
  ) throws -> [EncodedPicture] {
    let archive = try TarArchive(path: path)
    guard archive.isCompressed else {
      return try PictureArchiveReader.places(of: archive, where: wanted.contains)
    }
    var pictures: [EncodedPicture] = []
    while let member = try archive.next(where: wanted.contains) {
      byteCount += member.bytes.count
      guard byteCount <= reading.memory.byteCount else {
        throw FileError(
          path,
          "the pictures of \(list.path) take more than the \(reading.memory.byteCount >> 20) MB allowed for "
            + "pictures; unpack the archive, or pack it without compression")
      }
      pictures.append(
        EncodedPicture(identifier: member.name, container: path, place: .memory(member.bytes)))
    }
    return pictures
  }

  private func missing(_ line: ListedPicture, _ list: PictureList, _ root: String) -> FileError {
    FileError("\(list.path):\(line.number)", "names \(line.path), which is not in \(root)")
  }
}
