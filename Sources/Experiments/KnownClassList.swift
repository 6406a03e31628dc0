import Archives
import Images

/// A text file that tells which pictures of an outlier set show a class that the network knows.
///
/// Each line is a picture's path within its set, a space and its class, from 0, or −1 for none; lists of benchmarks
/// such as SC-OOD have this form. Pictures that no line names show none. Empty lines and lines that begin with # do
/// not count.
public struct KnownClassList: Sendable, Equatable {
  /// The file's path.
  public let path: String

  /// The class of each picture that has a line.
  public let classes: [String: Int]

  /// Reads the file; throws a `FileError` that names the line that is not of this form or names a picture again.
  public init(path: String) throws {
    let lines = try ListedPicture.read(path)
    self.path = path
    classes = Dictionary(uniqueKeysWithValues: lines.map { ($0.path, $0.label) })
  }

  /// The class of each picture of a set, −1 for those that show none.
  ///
  /// Throws a `FileError` if a line names a picture that the set does not have, or a class that is not below
  /// `classCount`.
  public func labels(of identifiers: [String], set: String, classCount: Int) throws -> [Int] {
    if let (picture, label) = classes.filter({ $0.value >= classCount }).min(by: { $0.key < $1.key }) {
      throw FileError(path, "\(picture) has the class \(label), expected −1 or 0 to \(classCount - 1)")
    }
    let known = Set(identifiers)
    if let stranger = classes.keys.filter({ !known.contains($0) }).min() {
      throw FileError(path, "names \(stranger), which is no picture of \(set)")
    }
    return identifiers.map { classes[$0] ?? -1 }
  }
}
