/// A score was asked for something it cannot do: which score, and what was expected.
public struct ScoreError: Error, CustomStringConvertible, Sendable, Equatable {
  /// The score's name.
  public let score: String

  /// What is wrong and what was expected, one sentence without the name.
  public let problem: String

  /// A problem with the score of that name.
  public init(score: String, problem: String) {
    self.score = score
    self.problem = problem
  }

  /// "score NAME: problem".
  public var description: String { "score \(score): \(problem)" }
}
