/// What an evaluation yields.
public struct DetectionOutcome: Sendable {
  /// The content of results.json.
  public let results: DetectionResults

  /// Every image's score, score by score, the in-distribution set first and then the sets of the protocol.
  public let samples: [SampleScores]

  /// What each score cost, by its description.
  public let costs: [String: ScoreCost]

  /// How each search for settings ended, by the search's description.
  public let searches: [String: ScoreSearchOutcome]

  /// How sure each group of a softmax per group is that images are none of its own, by set; empty without groups.
  public let others: [String: OthersProbability]

  /// What a reader of the results must know, in sentences; usually nothing.
  public let notes: [String]
}
