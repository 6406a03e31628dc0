/// By which paper's method a stage trains.
public enum MethodRecipe: Sendable, Equatable {
  /// Cross-entropy on the inliers.
  case plain

  /// The methods by name.
  static let choices: [Choice<MethodRecipe>] = [Choice("plain", .plain)]
}
