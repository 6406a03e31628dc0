/// One axis of a plot: what it measures and from where to where.
public struct PlotAxis: Sendable, Equatable {
  /// What it measures, with the unit.
  public let title: String

  /// The ends; nil: those of the points, widened to round numbers.
  public let range: ClosedRange<Double>?

  /// An axis of that title.
  ///
  /// - Precondition: the ends are finite.
  public init(_ title: String, range: ClosedRange<Double>? = nil) {
    if let range {
      precondition(
        range.lowerBound.isFinite && range.upperBound.isFinite, "the ends of the axis \(title) are not finite"
      )
    }
    self.title = title
    self.range = range
  }
}
