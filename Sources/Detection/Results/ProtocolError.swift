/// The sets of a protocol and those that are there do not agree.
public struct ProtocolError: Error, CustomStringConvertible, Sendable, Equatable {
  /// What is wrong and what was expected, one sentence.
  public let description: String

  /// An error with that sentence.
  public init(description: String) { self.description = description }
}
