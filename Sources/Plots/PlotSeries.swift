/// A named line of a plot.
public struct PlotSeries: Sendable, Equatable {
  /// How the points are joined.
  public enum Style: Sendable, Equatable {
    /// By straight lines.
    case line
    /// By straight lines, dashed, in the colour of text: for what others are compared with.
    case reference
    /// By steps that hold each point's height up to the next point, filled down to the axis.
    case steps
  }

  /// What the legend calls it.
  public let name: String

  /// The points from left to right; those that are not finite are passed over.
  public let points: [PlotPoint]

  /// How they are joined.
  public let style: Style

  /// A line through those points.
  public init(_ name: String, _ points: [PlotPoint], style: Style = .line) {
    self.name = name
    self.points = points
    self.style = style
  }
}
