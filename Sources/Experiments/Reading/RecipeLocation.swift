/// Where a value was written: in a line of a file or on the command line.
public enum RecipeLocation: Sendable, Hashable, CustomStringConvertible {
  /// A line of a file, counted from 1.
  case line(file: String, Int)

  /// A `--set` of the command line; the text is "path=value".
  case override(String)

  /// "Recipes/quickstart.yaml:12" or "--set stages.0.epochs=5".
  public var description: String {
    switch self {
    case .line(let file, let line): "\(file):\(line)"
    case .override(let text): "--set \(text)"
    }
  }

  /// The order in which problems are shown: by line, the command line last.
  var line: Int {
    switch self {
    case .line(_, let line): line
    case .override: .max
    }
  }
}
