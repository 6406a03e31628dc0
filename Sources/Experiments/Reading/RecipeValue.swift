/// A value of a resolved recipe: a tree of maps, lists and scalars in which nothing is left to a default.
public enum RecipeValue: Sendable, Equatable {
  /// A key and its value.
  public struct Entry: Sendable, Equatable {
    /// The key.
    public let key: String

    /// Its value.
    public let value: RecipeValue

    /// A key and its value.
    public init(_ key: String, _ value: RecipeValue) {
      self.key = key
      self.value = value
    }
  }

  /// Nothing.
  case null

  /// True or false.
  case bool(Bool)

  /// A whole number.
  case int(Int)

  /// A number, written with the fewest digits that give it back exactly.
  case double(Double)

  /// A text.
  case string(String)

  /// Values in order.
  case list([RecipeValue])

  /// Keys with their values, in the order in which they were read.
  case map([Entry])

  /// The value at a dotted path, "stages.0.epochs", or nil when there is none.
  public subscript(path: String) -> RecipeValue? {
    var value = self
    for part in path.split(separator: ".") {
      switch value {
      case .map(let entries):
        guard let entry = entries.first(where: { $0.key == part }) else { return nil }
        value = entry.value
      case .list(let elements):
        guard let index = Int(part), elements.indices.contains(index) else { return nil }
        value = elements[index]
      default: return nil
      }
    }
    return value
  }

  /// The same tree without the keys for which `isExcluded` holds, by dotted path.
  public func removing(where isExcluded: (String) -> Bool) -> RecipeValue {
    removing(where: isExcluded, at: "")
  }

  private func removing(where isExcluded: (String) -> Bool, at path: String) -> RecipeValue {
    let prefix = path.isEmpty ? "" : path + "."
    switch self {
    case .map(let entries):
      return .map(
        entries.filter { !isExcluded(prefix + $0.key) }.map {
          Entry($0.key, $0.value.removing(where: isExcluded, at: prefix + $0.key))
        })
    case .list(let elements):
      return .list(
        elements.enumerated().map { $0.element.removing(where: isExcluded, at: prefix + String($0.offset)) })
    default: return self
    }
  }

  /// 16 hexadecimal digits that stand for this tree: FNV-1a, 64 bits, of its one-line form.
  ///
  /// The same in every process and on every machine. Order of keys counts; layout doesn't enter.
  public var fingerprint: String {
    // Offset basis and prime of the FNV specification (Fowler, Noll, Vo; RFC 9923).
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in inline.utf8 {
      hash ^= UInt64(byte)
      hash &*= 0x0000_0100_0000_01b3
    }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
