/// The tables of one evaluation: in-distribution test images, the sets to tell from them, and what scores are
/// fitted on.
public struct DetectionEvaluation: Sendable {
  private let inliers: FeatureTable
  private let unmasked: FeatureTable?
  private let outliers: [FeatureTable]
  private let fitting: FittingTables
  private let detectionProtocol: DetectionProtocol
  private let trainingCounts: [Int]

  /// An evaluation whose `outliers` are the protocol's sets by name, in any order.
  ///
  /// `trainingCounts`, how many training images each class had, adds figures by group where the largest is more than
  /// twice the smallest.
  ///
  /// Where masks over the network's weights serve detection alone, `unmasked` is the table of the same test images
  /// without them: accuracy, calibration and confidence by class are told of it, and scores of `inliers`.
  ///
  /// Throws `ProtocolError` if a set has no table or a table is in no set, `FeatureTableError` if the tables are not
  /// of one network: features or logits of different widths.
  public init(
    inliers: FeatureTable, outliers: [FeatureTable], fitting: FittingTables = FittingTables(),
    under detectionProtocol: DetectionProtocol, trainingCounts: [Int] = [], unmasked: FeatureTable? = nil
  ) throws {
    self.inliers = inliers
    self.unmasked = unmasked
    self.trainingCounts = trainingCounts
    self.fitting = fitting
    self.detectionProtocol = detectionProtocol
    for (index, table) in outliers.enumerated() {
      guard detectionProtocol.sets.contains(table.name) else {
        throw ProtocolError(description: "the table \"\(table.name)\" is none of the protocol's sets")
      }
      guard !outliers[..<index].contains(where: { $0.name == table.name }) else {
        throw ProtocolError(description: "the set \"\(table.name)\" has two tables")
      }
    }
    for table in outliers { try Self.checkWidths(inliers, table) }
    self.outliers = try detectionProtocol.sets.map { name in
      guard let table = outliers.first(where: { $0.name == name }) else {
        throw ProtocolError(description: "the set \"\(name)\" has no table")
      }
      return table
    }
  }

  /// Fits and applies each score.
  ///
  /// Accuracy and calibration are NaN where the in-distribution table has no logits. Throws `ScoreError` if a
  /// score lacks an ingredient, `MetricsError` if it yields NaN.
  ///
  /// `images` are those of the tables, by the tables' names, for scores that need the network.
  public func outcome(
    of choices: [ScoreChoice], images: [String: any ScoredImages] = [:]
  ) throws -> DetectionOutcome {
    var scores: [String: ScoreResults] = [:]
    var samples: [SampleScores] = []
    var notes = setNotes
    var costs: [String: ScoreCost] = [:]
    var searches: [String: ScoreSearchOutcome] = [:]
    let clock = ContinuousClock()
    let hasPlainLogits = inliers.logits != nil && inliers.groups == nil
    // Shares and folders hardly ever come out even; a long tail is something else.
    let isLongTailed = hasPlainLogits && (trainingCounts.max() ?? 0) > 2 * (trainingCounts.min() ?? 0)
    var longTail =
      isLongTailed
      ? try LongTailResults(unmasked ?? inliers, outliers: outliers, trainingCounts: trainingCounts) : nil
    for choice in choices {
      let start = clock.now
      let fitted = try choice.fitted(on: fitting, images: images)
      let fitSeconds = Self.seconds(clock.now - start)
      notes += fitted.notes
      searches[choice.description] = fitted.search
      var seconds = 0.0
      func timedScores(_ table: FeatureTable) throws -> [Double] {
        let start = clock.now
        defer { seconds += Self.seconds(clock.now - start) }
        return try fitted.scores(of: table, images: images[table.name])
      }
      let inlierScores = try timedScores(inliers)
      samples.append(SampleScores(score: choice.description, set: inliers.name, values: inlierScores))
      let inlierOrder = try ScoreOrder(inlierScores, inliers.name)
      var metrics: [String: OODMetrics] = [:]
      for table in outliers {
        let outlierScores = try timedScores(table)
        samples.append(SampleScores(score: choice.description, set: table.name, values: outlierScores))
        metrics[table.name] = try measured(table, outlierScores, inlierScores, inlierOrder)
        try longTail?.add(
          choice.description, table.name, inlierScores, labels: inliers.labels, outliers: outlierScores)
      }
      scores[choice.description] = try ScoreResults(
        metrics, under: detectionProtocol, threshold95: try threshold(of: fitted, inlierOrder, images))
      let count = outliers.reduce(inliers.count) { $0 + $1.count }
      costs[choice.description] = ScoreCost(
        fitSeconds: fitSeconds, millisecondsPerImage: 1000 * seconds / Double(max(count, 1)))
    }
    let hasLogits = inliers.logits != nil
    let classified = unmasked ?? inliers
    let results = DetectionResults(
      accuracy: hasLogits ? try Accuracy(of: classified).fraction : .nan,
      maskedAccuracy: hasLogits && unmasked != nil ? try Accuracy(of: inliers).fraction : nil,
      inlierCount: inliers.count, scores: scores,
      expectedCalibrationError: hasLogits ? try Calibration(of: classified).expectedError : .nan,
      longTail: longTail)
    let grouped = ([inliers] + outliers).filter { $0.groups != nil }
    return DetectionOutcome(
      results: results, samples: samples, costs: costs, searches: searches,
      others: Dictionary(try grouped.map { ($0.name, try OthersProbability(of: $0)) }) { first, _ in first },
      notes: notes)
  }

  /// The metrics on a set; where known classes count, its images of known class stand on the other side.
  private func measured(
    _ table: FeatureTable, _ scores: [Double], _ inlierScores: [Double], _ inlierOrder: ScoreOrder
  ) throws -> OODMetrics {
    let (known, unknown) = detectionProtocol.parted(scores, labels: table.labels)
    guard !known.isEmpty else {
      return try OODMetrics(inliers: inlierOrder, outliers: try ScoreOrder(scores, table.name))
    }
    return try OODMetrics(
      inliers: try ScoreOrder(inlierScores + known, "\(inliers.name) or \(table.name)"),
      outliers: try ScoreOrder(unknown, table.name))
  }

  /// What a reader must know about the sets, whatever the score.
  private var setNotes: [String] {
    let empty = ([inliers] + outliers).filter { $0.count == 0 }.map {
      "the set \($0.name) has no images, so its figures are undefined"
    }
    guard detectionProtocol.countsKnownClasses else { return empty }
    let moved = outliers.map { table in (table.name, table.labels.count { $0 >= 0 }) }.filter { $0.1 > 0 }
    guard !moved.isEmpty else {
      return empty + [
        "the protocol counts images of known classes as in-distribution, but no image has a label"
      ]
    }
    let list = moved.map { "\($0.1) of \($0.0)" }.joined(separator: ", ")
    return empty + ["images of known classes count as in-distribution: \(list)"]
  }

  /// The threshold chosen by validation images if there are any, else by the test images.
  private func threshold(
    of fitted: FittedScore, _ inlierOrder: ScoreOrder, _ images: [String: any ScoredImages]
  ) throws -> AcceptanceThreshold {
    guard let validation = fitting.validation, validation.count > 0 else {
      return AcceptanceThreshold(accepting95PercentOf: inlierOrder, source: .test)
    }
    return try AcceptanceThreshold(
      accepting95PercentOf: try fitted.scores(of: validation, images: images[validation.name]),
      source: .validation)
  }

  private static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }

  private static func checkWidths(_ inliers: FeatureTable, _ outliers: FeatureTable) throws {
    for (part, known, other) in [
      ("features", inliers.features, outliers.features), ("logits", inliers.logits, outliers.logits),
    ] {
      guard let known, let other, known.columnCount != other.columnCount else { continue }
      throw FeatureTableError(
        table: outliers.name,
        problem:
          "\(part) has width \(other.columnCount), but \(known.columnCount) in the in-distribution table "
          + inliers.name)
    }
  }
}
