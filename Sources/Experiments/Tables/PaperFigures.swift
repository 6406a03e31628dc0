import Archives
import Foundation

/// The figures that the papers print, in percent: what `Data/paper-tables.json` holds.
public struct PaperFigures: Sendable {
  /// A figure of a paper, as it prints it.
  public struct Figure: Sendable, Equatable, Codable {
    /// The figure, a mean where several runs were made.
    public let mean: Double

    /// The deviation over runs, nil where none is printed.
    public let deviation: Double?
  }

  private let tree: JSONTree
  private let path: String

  /// The figures in the file at `path`; throws a `FileError`.
  public init(path: String) throws {
    tree = try JSONTree(contentsOf: path)
    self.path = path
  }

  /// The figures that ship: those of `Data/paper-tables.json` in the working directory or above the program.
  public static func located() throws -> PaperFigures {
    try PaperFigures(path: "\(ProjectFolder.located("Data", holding: "paper-tables.json"))/paper-tables.json")
  }

  /// The figure at keys; nil where the paper leaves its place empty.
  ///
  /// Throws a `FileError` that names the last key that is there, if there is no such place.
  public func figure(_ keys: [String]) throws -> Figure? {
    for length in keys.indices where tree[Array(keys[...length])] == nil {
      let before = keys[..<length].joined(separator: ", ")
      throw FileError(path, "has no '\(keys[length])' in [\(before)]")
    }
    switch tree[keys] {
    case .number(let mean): return Figure(mean: mean, deviation: nil)
    case .map(let map):
      guard let mean = map["mean"]?.number else {
        throw FileError(
          path,
          "has no figure at [\(keys.joined(separator: ", "))], but further keys: "
            + map.keys.sorted().joined(separator: ", "))
      }
      return Figure(mean: mean, deviation: map["std"]?.number)
    case .list: throw FileError(path, "has a list at [\(keys.joined(separator: ", "))]; add an index")
    case .other, nil: return nil
    }
  }
}
