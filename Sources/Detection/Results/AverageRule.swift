/// How the figures of several out-of-distribution sets become one.
public enum AverageRule: String, Sendable, Equatable, CaseIterable, Codable {
  /// The plain mean over all sets.
  case meanOfSets = "mean-of-sets"
  /// The mean of the near sets' mean and the far sets' mean, as OpenOOD reports it.
  case meanOfNearAndFar = "(near+far)/2"
}
