/// The setting of the three ASH scores.
public struct PruningSettings: ScoreSettings {
  /// The percent of features that are cut off, below 100.
  public var percentile: Double

  /// Ninety percent unless told otherwise.
  public init(percentile: Double = 90) {
    precondition(percentile >= 0 && percentile < 100, "a percentile is in 0 ..< 100, got \(percentile)")
    self.percentile = percentile
  }

  /// Takes `percentile`.
  public init(from arguments: inout ScoreArguments) throws {
    self.init(percentile: try arguments.number("percentile", in: 0...99.999) ?? 90)
  }

  /// `percentile=65`, nothing for the default.
  public var arguments: [String] {
    percentile == 90 ? [] : [ScoreArguments.written("percentile", percentile)]
  }

  /// What a search tries.
  static let searchGrid = [(key: "percentile", values: ["65", "70", "75", "80", "85", "90", "95"])]

  /// How many of `count` features are kept: half to even, as NumPy and PyTorch round, and at least one.
  func keptCount(of count: Int) -> Int {
    max(1, count - Int((Double(count) * percentile / 100).rounded(.toNearestOrEven)))
  }
}
