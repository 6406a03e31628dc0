import Detection
import Foundation

/// Scores and metrics of feature tables, whoever made them: what `limen score` does.
public struct TableScoring: Sendable {
  /// What is printed, and how it was reached.
  public struct Result: Sendable {
    /// The metrics of every score.
    public let results: DetectionResults

    /// The sets, their groups and the figures that tables show.
    public let detectionProtocol: DetectionProtocol

    /// The scores in the order they were asked for, under their names in `results`.
    public let scores: [String]

    /// Every image's scores.
    public let samples: [SampleScores]

    /// Intervals by score and set; empty without a bootstrap.
    public let intervals: [String: [String: Bootstrap.Interval]]

    /// What each score cost, by its name.
    public let costs: [String: ScoreCost]

    /// What a reader must know, in sentences.
    public let notes: [String]
  }

  /// What the in-distribution table is called in results.
  public static let inlierName = "id"

  private let inliers: FeatureTable
  private let outliers: [FeatureTable]
  private let fitting: FittingTables
  private let detectionProtocol: DetectionProtocol
  private let notes: [String]

  /// A scoring of those tables, the outliers' being called after their sets, under a published protocol or none.
  ///
  /// Without a protocol the average is the plain mean over all sets. Throws `ProtocolError` for a set that the protocol
  /// does not have or that is called `id`.
  public init(
    inliers: FeatureTable, outliers: [FeatureTable], fitting: FittingTables = FittingTables(),
    under published: PublishedProtocol? = nil
  ) throws {
    self.inliers = inliers
    self.outliers = outliers
    self.fitting = fitting
    let sets = outliers.map(\.name)
    guard !sets.contains(inliers.name) else {
      throw ProtocolError(
        description: "the set \"\(inliers.name)\" has the name of the in-distribution table; choose another")
    }
    guard let published else {
      detectionProtocol = try DetectionProtocol(others: sets)
      notes = []
      return
    }
    let applied = try published.applied(to: sets)
    detectionProtocol = applied.protocol
    notes =
      applied.missing.isEmpty
      ? []
      : [
        "\(published.name) has further sets, and means are over those given: missing \(applied.missing.joined(separator: ", "))"
      ]
  }

  /// Fits, applies and measures the scores; with a bootstrap, intervals too.
  ///
  /// `progress` is called with the name of each score before its intervals are drawn.
  public func result(
    of choices: [ScoreChoice], bootstrap: Bootstrap? = nil, progress: (String) -> Void = { _ in }
  ) throws -> Result {
    let evaluation = try DetectionEvaluation(
      inliers: inliers, outliers: outliers, fitting: fitting, under: detectionProtocol)
    let outcome = try evaluation.outcome(of: choices)
    var intervals: [String: [String: Bootstrap.Interval]] = [:]
    if let bootstrap {
      for choice in choices {
        progress(choice.description)
        intervals[choice.description] = try self.intervals(
          outcome.samples.filter { $0.score == choice.description }, bootstrap)
      }
    }
    return Result(
      results: outcome.results, detectionProtocol: detectionProtocol, scores: choices.map(\.description),
      samples: outcome.samples, intervals: intervals, costs: outcome.costs, notes: notes + outcome.notes)
  }

  private func intervals(
    _ samples: [SampleScores], _ bootstrap: Bootstrap
  ) throws -> [String: Bootstrap.Interval] {
    guard let known = samples.first(where: { $0.set == inliers.name }) else { return [:] }
    var intervals: [String: Bootstrap.Interval] = [:]
    for table in outliers {
      guard let sample = samples.first(where: { $0.set == table.name }) else { continue }
      let parts = detectionProtocol.parted(sample.values, labels: table.labels)
      intervals[table.name] = try bootstrap.interval(
        inlierScores: known.values + parts.known, outlierScores: parts.unknown)
    }
    return intervals
  }
}

extension TableScoring.Result {
  /// The samples as they are measured: where known classes count, images of one stand with the in-distribution set.
  ///
  /// That is what curves are to be drawn of. One list a set: known images, then that set's unknown ones.
  public func measuredSamples(labels: [String: [Int]]) -> [SampleScores] {
    samples.map { sample in
      guard let labels = labels[sample.set] else { return sample }
      let parts = detectionProtocol.parted(sample.values, labels: labels)
      return SampleScores(score: sample.score, set: sample.set, values: parts.unknown)
    }
  }
}
