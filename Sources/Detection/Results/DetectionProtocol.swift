/// Which out-of-distribution sets are measured, how they are grouped, and how they are averaged.
public struct DetectionProtocol: Sendable, Equatable {
  /// Sets that resemble the training data.
  public let near: [String]

  /// Sets that do not.
  public let far: [String]

  /// Sets that nobody called near or far; they count in the mean over all sets only.
  public let others: [String]

  /// What the average is.
  public let averageRule: AverageRule

  /// Which figures tables show.
  public let convention: ReportingConvention

  /// Whether images of an out-of-distribution set that have a label count as in-distribution.
  ///
  /// SC-OOD moves images that show a known class, whatever set they come from, to the in-distribution side.
  public let countsKnownClasses: Bool

  /// All sets in the order of tables: near, far, others.
  public var sets: [String] { near + far + others }

  /// A protocol of those sets; throws `ProtocolError` if a set occurs twice or the rule does not fit the groups.
  public init(
    near: [String] = [], far: [String] = [], others: [String] = [], averageRule: AverageRule = .meanOfSets,
    convention: ReportingConvention = ReportingConvention(), countsKnownClasses: Bool = false
  ) throws {
    self.near = near
    self.far = far
    self.others = others
    self.averageRule = averageRule
    self.convention = convention
    self.countsKnownClasses = countsKnownClasses
    var seen: Set<String> = []
    for set in sets where !seen.insert(set).inserted {
      throw ProtocolError(description: "the set \"\(set)\" is listed twice")
    }
    if averageRule == .meanOfNearAndFar, near.isEmpty || far.isEmpty || !others.isEmpty {
      throw ProtocolError(
        description: "averageRule \"\(averageRule.rawValue)\" needs near and far sets and no others, "
          + "got \(near.count) near, \(far.count) far, \(others.count) others")
    }
  }

  /// The near, far and average rows over the metrics of each set; a group without sets has NaN.
  ///
  /// Throws `ProtocolError` if a set has no metrics.
  public func means(
    of metrics: [String: OODMetrics]
  ) throws -> (near: MetricFigures, far: MetricFigures, average: MetricFigures) {
    let near = try mean(of: near, metrics)
    let far = try mean(of: far, metrics)
    switch averageRule {
    case .meanOfSets: return (near, far, try mean(of: sets, metrics))
    case .meanOfNearAndFar: return (near, far, MetricFigures(meanOf: [near, far]))
    }
  }

  /// The scores of an out-of-distribution set's images, parted into those that count as known and those that don't.
  package func parted(_ scores: [Double], labels: [Int]) -> (known: [Double], unknown: [Double]) {
    guard countsKnownClasses, labels.contains(where: { $0 >= 0 }) else { return ([], scores) }
    let labelled = zip(scores, labels)
    return (labelled.filter { $0.1 >= 0 }.map(\.0), labelled.filter { $0.1 < 0 }.map(\.0))
  }

  private func mean(of names: [String], _ metrics: [String: OODMetrics]) throws -> MetricFigures {
    MetricFigures(
      meanOf: try names.map { name in
        guard let metrics = metrics[name] else {
          throw ProtocolError(description: "there are no metrics of the set \"\(name)\"")
        }
        return metrics.figures
      })
  }
}
