import Detection

/// What is measured, and when.
public struct EvaluateRecipe: Sendable, Equatable {
  /// The scores, in the order of the tables.
  public let scores: [ScoreChoice]

  /// The published protocol whose average and figures are shown; nil for our own.
  public let detectionProtocol: PublishedProtocol?

  /// After how many epochs of a stage accuracy and all scores are measured, for the log; 0: at the end only.
  public let every: Int

  /// The name of the score that decides about a single picture; one of `scores`.
  public let verdict: String

  /// Pictures computed at once; changes memory and time, not results.
  public let batchSize: Int

  /// Which checkpoint a finished training is measured by.
  public let checkpoint: FinalCheckpoint

  /// Whether norms and activity of representations are measured and drawn.
  public let representation: Bool

  /// Whether outliers choose a score's settings.
  public var isSearching: Bool {
    scores.contains { if case .search = $0 { true } else { false } }
  }

  init(reading reader: SectionReader) {
    var names: [String] = []
    let scores = reader.value("scores", default: "[msp, mls, energy]") { value in
      value.list(minimumCount: 1) { element -> ScoreChoice? in
        guard let score = element.choice(ScoreChoice.recipeChoices) else { return nil }
        if names.contains(score.name) { element.report("'\(score.name)' is listed before") }
        names.append(score.name)
        return score
      }
    }
    self.scores = scores ?? []
    detectionProtocol =
      reader.value("protocol") { value in
        guard let name = value.string() else { return nil }
        do {
          return try ProtocolLibrary.located().named(name)
        } catch {
          value.report("\(error)")
          return nil
        }
      }
    every = reader.integer("every", default: 0, in: .atLeast(0))
    verdict = reader.string("verdict", default: names.first ?? "")
    if reader.isSound("scores"), !names.contains(verdict) {
      reader.report("'\(verdict)' is not among the scores (\(names.joined(separator: ", ")))", at: "verdict")
    }
    batchSize = reader.integer("batchSize", default: 256, in: .between(1, and: 1_048_576))
    // Absent unless they are asked for, so that recipes from before keep their hash.
    checkpoint = reader.contains("checkpoint") ? reader.word("checkpoint", default: .last) : .last
    representation = reader.contains("representation") ? reader.bool("representation") : false
  }
}
