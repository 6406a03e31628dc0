import Archives
import Foundation

/// Reads the pictures that a text file lists with their labels, below a root folder or in a tar archive.
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
  /// Classes are called `classNames`, else after the folders of their pictures, else by their numbers. Throws a
  /// `FileError` that names the list and the line when it makes no sense or a picture is missing.
  public func read(
    _ list: String, root: String, classNames: [String]? = nil, name: String,
    encoding: ImageSet.Encoding? = nil
  ) throws -> ImageSet {
    let content = try PictureList(path: list)
    let classes = try content.classes(names: classNames)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: root, isDirectory: &isFolder) else {
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
    let archive = try TarArchive(path: root)
    var places: [String: EncodedPicture.Place] = [:]
    if archive.isCompressed {
      var byteCount = 0
      while let member = try archive.next(where: wanted.contains) {
        byteCount += member.bytes.count
        guard byteCount <= reading.memory.byteCount else {
          throw FileError(
            root,
            "the pictures of \(list.path) take more than the \(reading.memory.byteCount >> 20) MB allowed for "
              + "pictures; unpack the archive, or pack it without compression")
        }
        places[member.name] = .memory(member.bytes)
      }
    } else {
      let file = try RandomAccessFile(path: root)
      while let place = try archive.nextPlace(where: wanted.contains) {
        places[place.name] = .slice(file, place.range)
      }
    }
    return try list.lines.map { line in
      guard let place = places[line.path] else { throw missing(line, list, root) }
      return EncodedPicture(identifier: line.path, container: root, place: place)
    }
  }

  private func missing(_ line: PictureList.Line, _ list: PictureList, _ root: String) -> FileError {
    FileError("\(list.path):\(line.number)", "names \(line.path), which is not in \(root)")
  }
}
