/// A value of a YAML file that knows where it was written.
struct SourceNode: Sendable {
  /// What the value is.
  enum Content: Sendable {
    /// A text; quoted ones are never numbers, truth values or null.
    case scalar(String, isQuoted: Bool)
    case list([SourceNode])
    case map([Entry])
  }

  /// A key of a map and its value.
  struct Entry: Sendable {
    let key: String
    var value: SourceNode
  }

  /// What the value is.
  var content: Content

  /// Where it was written; for the value of a key, where the key was.
  var location: RecipeLocation

  /// A map without keys.
  static func emptyMap(at location: RecipeLocation) -> SourceNode {
    SourceNode(content: .map([]), location: location)
  }

  /// What a scalar means, by the rules of YAML 1.2; nil for lists and maps.
  ///
  /// Differs from YAML 1.1 where that surprises: `no`, `off` and `012` are not a truth value, a truth
  /// value and ten.
  var scalar: RecipeValue? {
    guard case .scalar(let text, let isQuoted) = content else { return nil }
    return isQuoted ? .string(text) : RecipeValue(plain: text)
  }

  /// Whether nothing was written where a value could stand.
  var isNull: Bool { scalar == .null }

  /// The value in the words of an error: "0", "'resnet21'", "a list", "nothing".
  var inWords: String {
    switch content {
    case .list: "a list"
    case .map: "a map"
    case .scalar(let text, _):
      switch scalar {
      case .null: "nothing"
      case .int, .double, .bool: text
      default: "'\(text)'"
      }
    }
  }
}

extension RecipeValue {
  /// What an unquoted YAML scalar means.
  init(plain text: String) {
    switch text {
    case "", "~", "null", "Null", "NULL": self = .null
    case "true", "True", "TRUE": self = .bool(true)
    case "false", "False", "FALSE": self = .bool(false)
    default:
      // The test of the letters keeps out what only Swift takes for a number: "nan", "0x1p3".
      let looksNumeric =
        text.contains(where: \.isNumber) && text.allSatisfy { "0123456789+-.eE".contains($0) }
      if looksNumeric, let integer = Int(text) {
        self = .int(integer)
      } else if looksNumeric, let number = Double(text), number.isFinite {
        self = .double(number)
      } else {
        self = .string(text)
      }
    }
  }
}
