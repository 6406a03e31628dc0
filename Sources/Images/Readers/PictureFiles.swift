import Archives
import Foundation

/// The encoded pictures in files, folders and tar archives, one after the other in the order given.
///
/// A folder gives the files below it sorted by path, an archive its members in their order; hidden files are passed
/// over. What cannot be read is an element too, so that one bad file does not stop the others.
public final class PictureFiles {
  /// An encoded picture, or why there is none.
  public struct Element: Sendable {
    /// The path; for a member of an archive, the archive's path and the member's name: `a.tar: cat/1.png`.
    public let name: String

    /// The content of the file, or a `FileError`.
    public let bytes: Swift.Result<[UInt8], any Error>
  }

  private var paths: ArraySlice<String>
  private var archive: TarArchive?

  /// The pictures at those paths.
  public init(_ paths: [String]) {
    self.paths = paths[...]
  }

  /// The next picture, nil behind the last.
  public func next() -> Element? {
    while true {
      if let element = nextMember() { return element }
      guard let path = paths.popFirst() else { return nil }
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
        do {
          let files = try PictureFolderReader.files(below: path).map { PathName.joined(path, $0) }
          paths = (files + paths)[...]
        } catch {
          return Element(name: path, bytes: .failure(error))
        }
      } else if [".tar", ".tar.gz", ".tgz"].contains(where: path.hasSuffix) {
        do {
          archive = try TarArchive(path: path)
        } catch {
          return Element(name: path, bytes: .failure(error))
        }
      } else {
        return Element(name: path, bytes: Swift.Result { try InputFile.bytes(of: path) })
      }
    }
  }

  /// The next member of the archive being read; damage ends the archive.
  private func nextMember() -> Element? {
    guard let archive else { return nil }
    do {
      if let member = try archive.next(where: { !ImageSetBuilder.isHidden($0) }) {
        return Element(name: "\(archive.path): \(member.name)", bytes: .success(member.bytes))
      }
      self.archive = nil
      return nil
    } catch {
      self.archive = nil
      return Element(name: archive.path, bytes: .failure(error))
    }
  }
}
