/// The score from which on an image is accepted as in-distribution.
public struct AcceptanceThreshold: Sendable, Equatable {
  /// Which in-distribution images chose a threshold.
  public enum Source: String, Sendable, Equatable, Codable {
    /// Images that were neither trained nor tested on.
    case validation
    /// The test images themselves, for want of validation images.
    case test
  }

  /// Images whose score is at least this are accepted; NaN if there were no images to choose it.
  public let value: Double

  /// Which images chose it.
  public let source: Source

  /// The largest threshold that accepts at least 95 % of the images with the given in-distribution scores.
  ///
  /// Throws `MetricsError` if a score is NaN.
  public init(accepting95PercentOf scores: [Double], source: Source) throws {
    let order = try ScoreOrder(scores, source.rawValue)
    self.init(accepting95PercentOf: order, source: source)
  }

  /// The largest threshold that accepts at least 95 % of scores already in order.
  init(accepting95PercentOf order: ScoreOrder, source: Source) {
    let keys = order.keys
    // In whole numbers, so that 19 of 20 are 95 %.
    let acceptedCount = (keys.count * 95 + 99) / 100
    value = keys.isEmpty ? .nan : ScoreOrder.score(keys[keys.count - acceptedCount])
    self.source = source
  }

  /// A threshold known from elsewhere, such as results.json.
  public init(value: Double, source: Source) {
    self.value = value
    self.source = source
  }

  /// Whether an image of that score is accepted as in-distribution.
  public func accepts(_ score: Double) -> Bool { score >= value }
}
