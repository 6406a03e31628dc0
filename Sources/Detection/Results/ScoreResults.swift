/// What results.json says of one score: its metrics on each set, their means, and the threshold of its verdicts.
public struct ScoreResults: Sendable, Equatable {
  /// The metrics on each out-of-distribution set, by the set's name.
  public let sets: [String: OODMetrics]

  /// The plain mean over the near sets, NaN if there are none.
  public let near: MetricFigures

  /// The plain mean over the far sets, NaN if there are none.
  public let far: MetricFigures

  /// The mean over all, as `averageRule` says.
  public let average: MetricFigures

  /// What the average is.
  public let averageRule: AverageRule

  /// The score from which on an image counts as in-distribution.
  public let threshold95: AcceptanceThreshold

  /// The results over the sets of a protocol; throws `ProtocolError` if one has no metrics.
  public init(
    _ sets: [String: OODMetrics], under detectionProtocol: DetectionProtocol, threshold95: AcceptanceThreshold
  ) throws {
    let means = try detectionProtocol.means(of: sets)
    self.sets = sets
    near = means.near
    far = means.far
    average = means.average
    averageRule = detectionProtocol.averageRule
    self.threshold95 = threshold95
  }
}

extension ScoreResults: Codable {
  /// Writes the members of results.json, null for NaN.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: ResultKey.self)
    try container.encode(sets, forKey: "sets")
    try container.encode(near, forKey: "near")
    try container.encode(far, forKey: "far")
    try container.encode(average, forKey: "average")
    try container.encode(averageRule, forKey: "averageRule")
    try container.encodeFigure(threshold95.value, "threshold95")
    try container.encode(threshold95.source, forKey: "threshold95Source")
  }

  /// Reads the members of results.json.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: ResultKey.self)
    sets = try container.decode([String: OODMetrics].self, forKey: "sets")
    near = try container.decode(MetricFigures.self, forKey: "near")
    far = try container.decode(MetricFigures.self, forKey: "far")
    average = try container.decode(MetricFigures.self, forKey: "average")
    averageRule = try container.decode(AverageRule.self, forKey: "averageRule")
    threshold95 = AcceptanceThreshold(
      value: try container.decodeFigure("threshold95"),
      source: try container.decode(AcceptanceThreshold.Source.self, forKey: "threshold95Source"))
  }
}
