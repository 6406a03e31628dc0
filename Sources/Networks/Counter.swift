/// A whole number that is saved and loaded with its layer, such as the batches seen.
public final class Counter {
  /// The value.
  public var value = 0

  /// A counter at 0.
  public init() {}
}
