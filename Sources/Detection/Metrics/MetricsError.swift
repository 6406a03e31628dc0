/// A measure was asked of numbers that have none.
public struct MetricsError: Error, CustomStringConvertible, Sendable, Equatable {
  /// What is wrong, one sentence.
  public let description: String

  /// An error with that sentence.
  public init(description: String) { self.description = description }
}
