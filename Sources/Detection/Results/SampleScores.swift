/// The scores of one set's images.
public struct SampleScores: Sendable, Equatable {
  /// The score, as `ScoreChoice.description` writes it.
  public let score: String

  /// The set's name.
  public let set: String

  /// One number per image, larger is more in-distribution.
  public let values: [Double]
}
