/// Collects the problems of one file, so that the user sees all of them at once.
public final class Diagnostics {
  private var problems: [RecipeError.Problem] = []

  /// No problems yet.
  public init() {}

  /// Notes that something is wrong with the key at `path`.
  public func report(_ message: String, path: String, at location: RecipeLocation) {
    problems.append(RecipeError.Problem(location: location, path: path, message: message))
  }

  /// Whether something was reported about the key at `path` or about one below it.
  func concern(_ path: String) -> Bool {
    problems.contains { $0.path == path || $0.path.hasPrefix(path + ".") }
  }

  /// Throws a `RecipeError` if anything was reported.
  public func throwIfAny() throws(RecipeError) {
    guard !problems.isEmpty else { return }
    // By line, and within a line in the order of reporting: `sort` alone promises no stability.
    let sorted = problems.enumerated().sorted {
      ($0.element.location.line, $0.offset) < ($1.element.location.line, $1.offset)
    }
    throw RecipeError(problems: sorted.map(\.element))
  }
}
