/// The scores of one set's images.
public struct SampleScores: Sendable, Equatable {
  /// The score, as `ScoreChoice.description` writes it.
  public let score: String

  /// The set's name.
  public let set: String

  /// One number per image, larger is more in-distribution.
  public let values: [Double]

  /// The scores of the set of that name.
  public init(score: String, set: String, values: [Double]) {
    self.score = score
    self.set = set
    self.values = values
  }
}
