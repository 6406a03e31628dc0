/// Something about the settings of a training makes it impossible.
public struct TrainingError: Error, CustomStringConvertible, Equatable {
  /// What is impossible and what to do about it.
  public let description: String

  /// An error of that description.
  public init(_ description: String) {
    self.description = description
  }
}
