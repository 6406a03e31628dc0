/// Joins the pieces between braces: texts, elements, and those that a condition or a loop yields.
@resultBuilder
package enum HTMLBuilder {
  /// An element or other piece.
  package static func buildExpression(_ piece: HTML) -> HTML { piece }

  /// A piece that may not be there.
  package static func buildExpression(_ piece: HTML?) -> HTML { piece ?? .nothing }

  /// A text, which is escaped.
  package static func buildExpression(_ text: String) -> HTML { HTML(text) }

  /// Pieces one behind the other.
  package static func buildBlock(_ pieces: HTML...) -> HTML { joined(pieces) }

  /// What a condition without an alternative yields.
  package static func buildOptional(_ piece: HTML?) -> HTML { piece ?? .nothing }

  /// What the first branch yields.
  package static func buildEither(first piece: HTML) -> HTML { piece }

  /// What the second branch yields.
  package static func buildEither(second piece: HTML) -> HTML { piece }

  /// What a loop yields.
  package static func buildArray(_ pieces: [HTML]) -> HTML { joined(pieces) }

  private static func joined(_ pieces: [HTML]) -> HTML { HTML(trusted: pieces.map(\.markup).joined()) }
}
