/// A point in the units of the axes.
public struct PlotPoint: Sendable, Equatable {
  /// To the right.
  public let x: Double

  /// Upwards.
  public let y: Double

  /// The point at those coordinates.
  public init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }
}
