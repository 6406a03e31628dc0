/// A score that tells inliers from outliers, with its settings; larger means more in-distribution.
public enum ScoreRecipe: Sendable, Equatable {
  /// The largest softmax probability.
  case msp

  /// The largest logit.
  case mls

  /// T·log Σ exp(logit / T).
  case energy(temperature: Double)

  /// The name in recipes, results.json and tables.
  public var name: String {
    switch self {
    case .msp: "msp"
    case .mls: "mls"
    case .energy: "energy"
    }
  }

  /// The scores by name.
  static let choices: [Choice<ScoreRecipe>] = [
    Choice("msp", .msp),
    Choice("mls", .mls),
    Choice("energy") { .energy(temperature: $0.number("T", default: 1, in: .above(0))) },
  ]
}
