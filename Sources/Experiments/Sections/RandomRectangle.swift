/// The limits of a rectangle that is drawn at random: its share of the picture and its proportions.
public struct RandomRectangle: Sendable, Equatable {
  /// The least and the largest share of the picture's area.
  public let scale: ClosedRange<Double>

  /// The least and the largest ratio of its sides.
  public let ratio: ClosedRange<Double>

  /// `minScale`, `maxScale`, `minRatio` and `maxRatio`, by default those given.
  init(reading reader: SectionReader, scale: ClosedRange<Double>, ratio: ClosedRange<Double>) {
    self.scale = Self.range(reader, "Scale", default: scale, in: .between(0, and: 1))
    self.ratio = Self.range(reader, "Ratio", default: ratio, in: .between(0.01, and: 100))
  }

  private static func range(
    _ reader: SectionReader, _ name: String, default fallback: ClosedRange<Double>, in bounds: Bounds<Double>
  ) -> ClosedRange<Double> {
    let least = reader.number("min\(name)", default: fallback.lowerBound, in: bounds)
    let largest = reader.number("max\(name)", default: fallback.upperBound, in: bounds)
    guard least <= largest else {
      if reader.isSound("min\(name)"), reader.isSound("max\(name)") {
        reader.report("must not be more than max\(name), got \(least) and \(largest)", at: "min\(name)")
      }
      return fallback
    }
    return least...largest
  }
}
