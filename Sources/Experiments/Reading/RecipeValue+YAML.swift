extension RecipeValue {
  /// The tree as YAML on one line: `{name: quickstart, seed: 0}`.
  public var inline: String {
    switch self {
    case .null: "null"
    case .bool(let value): String(value)
    case .int(let value): String(value)
    case .double(let value): Self.text(of: value)
    case .string(let text): Self.text(of: text)
    case .list(let elements): "[" + elements.map(\.inline).joined(separator: ", ") + "]"
    case .map(let entries):
      "{" + entries.map { "\(Self.text(of: $0.key)): \($0.value.inline)" }.joined(separator: ", ") + "}"
    }
  }

  /// The tree as a YAML file that reads back as the same tree.
  ///
  /// What fits in a line of 100 characters stands on one line, everything else in blocks of two spaces.
  public var yaml: String {
    guard case .map(let entries) = self, !entries.isEmpty else { return inline + "\n" }
    return lines(of: entries).joined(separator: "\n") + "\n"
  }

  private func lines(of entries: [Entry], indent: String = "") -> [String] {
    entries.flatMap { entry in
      let start = "\(indent)\(Self.text(of: entry.key)):"
      return entry.value.lines(after: start, indent: indent + "  ")
    }
  }

  /// This value's lines, the first beginning with `start`; those below it with `indent`.
  private func lines(after start: String, indent: String) -> [String] {
    let oneLine = "\(start) \(inline)"
    if oneLine.count <= 100 { return [oneLine] }
    switch self {
    case .map(let entries) where !entries.isEmpty:
      return [start] + lines(of: entries, indent: indent)
    case .list(let elements) where !elements.isEmpty:
      return [start] + elements.flatMap { $0.lines(asElementWith: indent) }
    default: return [oneLine]
    }
  }

  private func lines(asElementWith indent: String) -> [String] {
    let oneLine = "\(indent)- \(inline)"
    guard oneLine.count > 100, case .map(let entries) = self, !entries.isEmpty else { return [oneLine] }
    var lines = lines(of: entries, indent: indent + "  ")
    lines[0] = "\(indent)- \(lines[0].dropFirst(indent.count + 2))"
    return lines
  }

  private static func text(of number: Double) -> String {
    if number.isNaN { return ".nan" }
    if number.isInfinite { return number < 0 ? "-.inf" : ".inf" }
    return number.description
  }

  /// The text, in quotes where a YAML parser of any version could take it for something else.
  private static func text(of string: String) -> String {
    isSafe(string) ? string : "\"" + string.unicodeScalars.map(escaped).joined() + "\""
  }

  private static func isSafe(_ string: String) -> Bool {
    guard let first = string.unicodeScalars.first else { return false }
    let isLetter = { (scalar: Unicode.Scalar) in scalar.isASCII && scalar.properties.isAlphabetic }
    guard isLetter(first) || first == "_" || first == "/" else { return false }
    let isPlain = string.unicodeScalars.allSatisfy {
      isLetter($0) || ("0"..."9").contains($0) || "_/.-".unicodeScalars.contains($0)
    }
    // The last line are truth values of YAML 1.1, which other readers of the file may go by.
    let taken = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
    return isPlain && !taken.contains(string.lowercased())
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\"": "\\\""
    case "\\": "\\\\"
    case "\n": "\\n"
    case "\t": "\\t"
    case "\r": "\\r"
    case _
    where scalar.properties.generalCategory == .control
      || "\u{2028}\u{2029}\u{feff}".unicodeScalars.contains(scalar):
      "\\u" + String(repeating: "0", count: 4 - min(4, String(scalar.value, radix: 16).count))
        + String(scalar.value, radix: 16)
    default: String(scalar)
    }
  }
}
