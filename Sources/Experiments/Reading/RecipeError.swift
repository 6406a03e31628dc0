/// Everything that is wrong with a recipe, or with another file of the same form, in one error.
public struct RecipeError: Error, Sendable, Equatable, CustomStringConvertible {
  /// One thing that is wrong.
  public struct Problem: Sendable, Equatable, CustomStringConvertible {
    /// Where it stands.
    public let location: RecipeLocation

    /// Which key it concerns, dotted from the top ("stages.0.epochs"); empty for the whole file.
    public let path: String

    /// What is wrong and what was expected.
    public let message: String

    /// "Recipes/quickstart.yaml:12: stages.0.epochs: must be at least 1, got 0".
    public var description: String {
      path.isEmpty ? "\(location): \(message)" : "\(location): \(path): \(message)"
    }
  }

  /// The problems in the order of the file's lines, those of the command line last.
  public let problems: [Problem]

  /// One line a problem.
  public var description: String { problems.map(\.description).joined(separator: "\n") }
}
