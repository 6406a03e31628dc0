import Archives

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
    let text = String(decoding: try InputFile.bytes(of: path), as: UTF8.self)
    var classes: [String: Int] = [:]
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let words = line.split(whereSeparator: \.isWhitespace)
      guard let last = words.last, !line.hasPrefix("#") else { continue }
      // The path may hold spaces; the class is what follows the last one.
      let picture = words.dropLast().joined(separator: " ")
      guard !picture.isEmpty, let label = Int(last), label >= -1 else {
        throw FileError(path, "line \(index + 1) is not a picture and its class (−1 for none): “\(line)”")
      }
      guard classes.updateValue(label, forKey: picture) == nil else {
        throw FileError(path, "line \(index + 1) names \(picture), which a line before it names")
      }
    }
    self.path = path
    self.classes = classes
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
