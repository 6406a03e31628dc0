/// Lets a layer write its parts one below the other, with `if` and `for`.
@resultBuilder
public enum PartsBuilder {
  /// No parts.
  public static func buildBlock() -> [Part] { [] }
  /// A single part.
  public static func buildExpression(_ part: Part) -> [Part] { [part] }
  /// Parts that were made elsewhere.
  public static func buildExpression(_ parts: [Part]) -> [Part] { parts }
  /// Parts one after the other.
  public static func buildBlock(_ parts: [Part]...) -> [Part] { parts.flatMap { $0 } }
  /// Parts that may be absent.
  public static func buildOptional(_ parts: [Part]?) -> [Part] { parts ?? [] }
  /// Either of two lists.
  public static func buildEither(first parts: [Part]) -> [Part] { parts }
  /// Either of two lists.
  public static func buildEither(second parts: [Part]) -> [Part] { parts }
  /// Parts of a loop.
  public static func buildArray(_ parts: [[Part]]) -> [Part] { parts.flatMap { $0 } }
}
