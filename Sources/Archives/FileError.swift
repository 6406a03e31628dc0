/// Something is wrong with a file: which one, and what was expected of it.
public struct FileError: Error, CustomStringConvertible, Sendable, Equatable {
  /// The file's path as the user knows it.
  public let path: String

  /// What is wrong and what was expected, one sentence without the path.
  public let problem: String

  /// A problem with the file at `path`.
  public init(_ path: String, _ problem: String) {
    self.path = path
    self.problem = problem
  }

  /// "path: problem".
  public var description: String { "\(path): \(problem)" }
}
