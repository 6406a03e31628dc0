/// The parts of a feature table do not fit each other.
public struct FeatureTableError: Error, CustomStringConvertible, Sendable, Equatable {
  /// The table's name.
  public let table: String

  /// What is wrong and what was expected, one sentence without the name.
  public let problem: String

  /// A problem with the table of that name.
  public init(table: String, problem: String) {
    self.table = table
    self.problem = problem
  }

  /// "table: problem".
  public var description: String { "\(table): \(problem)" }
}
