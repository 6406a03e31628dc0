import Archives

/// A text file that lists pictures of a split by their position: one whole number a line, from 0.
///
/// Empty lines and what follows a `#` do not count. Such lists name the typical and the atypical pictures of a
/// training set, those with the smallest and the largest loss.
public struct IndexList: Sendable, Equatable {
  /// The file's path.
  public let path: String

  /// The positions, in the order of the file.
  public let indices: [Int]

  /// Reads the file at `path`; throws a `FileError` that names the line if one is no position or is given twice.
  public init(path: String) throws {
    let text = String(decoding: try InputFile.bytes(of: path), as: UTF8.self)
    var indices: [Int] = []
    var lineOf: [Int: Int] = [:]
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let content = line.prefix { $0 != "#" }.trimmingWhitespace
      guard !content.isEmpty else { continue }
      guard let index = Int(content), index >= 0 else {
        throw FileError(path, "line \(number + 1) must be a whole number from 0, got '\(content)'")
      }
      if let first = lineOf.updateValue(number + 1, forKey: index) {
        throw FileError(path, "line \(number + 1) lists picture \(index), which line \(first) lists already")
      }
      indices.append(index)
    }
    guard !indices.isEmpty else { throw FileError(path, "lists no picture") }
    self.path = path
    self.indices = indices
  }

  /// The positions, once it is certain that a set of `count` pictures has them all.
  func checked(count: Int, name: String) throws -> [Int] {
    guard let largest = indices.max(), largest >= count else { return indices }
    throw FileError(path, "lists picture \(largest), but \(name) has \(count) pictures, counted from 0")
  }
}

extension Substring {
  fileprivate var trimmingWhitespace: Substring {
    let rest = drop { $0.isWhitespace }
    guard let last = rest.lastIndex(where: { !$0.isWhitespace }) else { return rest.prefix(0) }
    return rest[...last]
  }
}
