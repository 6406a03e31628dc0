/// One of the alternatives of a choice: its name in the file, and how to read its settings.
///
/// In the file a choice is a map with one key, `optimizer: {sgd: {learningRate: 0.1}}`, or the bare name,
/// `optimizer: sgd`, which leaves all settings at their defaults.
public struct Choice<Value: Sendable>: Sendable {
  /// The name in the file.
  public let name: String

  let read: @Sendable (SectionReader) -> Value

  /// An alternative with settings.
  public init(_ name: String, _ read: @escaping @Sendable (SectionReader) -> Value) {
    self.name = name
    self.read = read
  }

  /// An alternative without settings.
  public init(_ name: String, _ value: Value) {
    self.init(name) { _ in value }
  }
}

/// Alternatives that are too many to list, such as networks of any depth: found by their names.
public struct ChoiceFamily<Value: Sendable>: Sendable {
  /// What the names look like, for messages: "any wrnD-K with D = 6n + 4".
  let names: [String]

  /// The alternative of that name, nil if there is none.
  let member: @Sendable (String) -> Choice<Value>?

  /// A family whose members `member` finds.
  public init(_ names: [String], member: @escaping @Sendable (String) -> Choice<Value>?) {
    self.names = names
    self.member = member
  }
}
