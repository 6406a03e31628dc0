/// How a search for a score's settings ended.
public struct ScoreSearchOutcome: Sendable, Equatable, Codable {
  /// Settings that were tried.
  public struct Candidate: Sendable, Equatable, Codable {
    /// The score with these settings.
    public let score: String

    /// How well they told the validation images apart.
    public let auroc: Double
  }

  /// The score with the settings that were chosen.
  public let chosen: String

  /// The table of in-distribution images that chose.
  public let inliers: String

  /// The table of out-of-distribution images that chose.
  public let outliers: String

  /// All that were tried, in order.
  public let candidates: [Candidate]
}
