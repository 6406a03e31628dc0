/// The knobs of a score, written `name:key=value,key=value` in commands and as keys of results.json.
public protocol ScoreSettings: Sendable, Hashable {
  /// The settings given by `arguments`, which are taken out of it; what is absent has its default.
  init(from arguments: inout ScoreArguments) throws

  /// What differs from the defaults, as it would be written, in a fixed order.
  var arguments: [String] { get }
}

/// The settings of a score that has none.
public struct NoSettings: ScoreSettings {
  /// No settings.
  public init() {}

  /// Takes nothing.
  public init(from arguments: inout ScoreArguments) {}

  /// Nothing to write.
  public var arguments: [String] { [] }
}
