/// What a score costs where it was measured, in wall-clock time.
public struct ScoreCost: Sendable, Equatable, Codable {
  /// Seconds to fit it, a search included.
  public let fitSeconds: Double

  /// Milliseconds an image, with the network's time for scores that follow gradients; without that of the table.
  public let millisecondsPerImage: Double

  /// A cost of given parts.
  public init(fitSeconds: Double, millisecondsPerImage: Double) {
    self.fitSeconds = fitSeconds
    self.millisecondsPerImage = millisecondsPerImage
  }
}
