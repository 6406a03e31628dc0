/// In what two resolved recipes differ.
public struct RecipeDifference: Sendable, Equatable, CustomStringConvertible {
  /// One key that differs.
  public struct Entry: Sendable, Equatable, CustomStringConvertible {
    /// The key, dotted from the top.
    public let path: String

    /// Its value in the first recipe, nil where that hasn't got the key.
    public let first: RecipeValue?

    /// Its value in the second recipe, nil where that hasn't got the key.
    public let second: RecipeValue?

    /// "stages.0.epochs: 10 → 100"; "–" stands for a key that isn't there.
    public var description: String { "\(path): \(first?.inline ?? "–") → \(second?.inline ?? "–")" }
  }

  /// The keys that differ, in the first recipe's order, those only in the second after their neighbours.
  public let entries: [Entry]

  /// Compares two trees key by key; lists element by element, the order of keys not at all.
  public init(_ first: RecipeValue, _ second: RecipeValue) {
    entries = Self.compare(first, second, at: "")
  }

  /// Whether the recipes say the same.
  public var isEmpty: Bool { entries.isEmpty }

  /// One line a key.
  public var description: String { entries.map(\.description).joined(separator: "\n") }

  private static func compare(_ first: RecipeValue?, _ second: RecipeValue?, at path: String) -> [Entry] {
    if first == second { return [] }
    guard let first, let second, let left = children(of: first), let right = children(of: second),
      left.isList == right.isList
    else { return [Entry(path: path, first: first, second: second)] }
    var keys = left.entries.map(\.key)
    keys += right.entries.map(\.key).filter { !keys.contains($0) }
    return keys.flatMap { key in
      compare(
        left.entries.first { $0.key == key }?.value, right.entries.first { $0.key == key }?.value,
        at: path.isEmpty ? key : "\(path).\(key)")
    }
  }

  private static func children(of value: RecipeValue) -> (entries: [RecipeValue.Entry], isList: Bool)? {
    switch value {
    case .map(let entries): (entries, false)
    case .list(let elements): (elements.enumerated().map { .init(String($0.offset), $0.element) }, true)
    default: nil
    }
  }
}
