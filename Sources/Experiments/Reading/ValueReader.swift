import Archives

/// A cursor over one value of a file: reads it as what the program expects there.
///
/// Every method returns nil after reporting why the value isn't of the expected kind, and otherwise
/// remembers the value for the resolved tree.
public final class ValueReader {
  /// The forms a value can have.
  public enum Kind: Sendable {
    case scalar, list, map
  }

  /// The value's key, dotted from the top: "stages.0.epochs".
  public let path: String

  private let node: SourceNode
  private let diagnostics: Diagnostics

  /// The value as it was understood, defaults filled in.
  private(set) var resolved = RecipeValue.null

  init(_ node: SourceNode, path: String, diagnostics: Diagnostics) {
    self.node = node
    self.path = path
    self.diagnostics = diagnostics
  }

  /// The value's form, for keys that accept several.
  public var kind: Kind {
    switch node.content {
    case .scalar: .scalar
    case .list: .list
    case .map: .map
    }
  }

  /// Reports that something is wrong with this value.
  public func report(_ message: String) {
    diagnostics.report(message, path: path, at: node.location)
  }

  /// The value as a text; numbers and truth values are taken as they are written.
  public func string() -> String? {
    guard case .scalar(let text, _) = node.content, !node.isNull else { return mismatch("a string") }
    resolved = .string(text)
    return text
  }

  /// The value as `true` or `false`.
  public func bool() -> Bool? {
    guard case .bool(let value) = node.scalar else { return mismatch("true or false") }
    resolved = .bool(value)
    return value
  }

  /// The value as a whole number within `bounds`.
  public func integer(in bounds: Bounds<Int> = .any) -> Int? {
    guard case .int(let value) = node.scalar else { return mismatch("a whole number") }
    guard within(bounds, value) else { return nil }
    resolved = .int(value)
    return value
  }

  /// The value as a finite number within `bounds`.
  public func number(in bounds: Bounds<Double> = .any) -> Double? {
    let value: Double
    switch node.scalar {
    case .int(let integer): value = Double(integer)
    case .double(let number): value = number
    default: return mismatch("a number")
    }
    guard within(bounds, value) else { return nil }
    resolved = .double(value)
    return value
  }

  /// The value as one of the words of an enum.
  public func word<Word: RawRepresentable & CaseIterable>(
    _ type: Word.Type = Word.self
  ) -> Word? where Word.RawValue == String {
    let known = Word.allCases.map(\.rawValue)
    guard let text = string() else { return nil }
    guard let word = Word(rawValue: text) else { return unknown(text, known: known) }
    return word
  }

  /// The value as a list; elements for which `element` returns nil are left out.
  public func list<Element>(
    minimumCount: Int = 0, of element: (ValueReader) -> Element?
  ) -> [Element]? {
    guard case .list(let nodes) = node.content else { return mismatch("a list") }
    guard nodes.count >= minimumCount else {
      report("must have at least \(minimumCount) element\(minimumCount == 1 ? "" : "s"), got \(nodes.count)")
      return nil
    }
    var elements: [Element] = []
    var values: [RecipeValue] = []
    for (index, node) in nodes.enumerated() {
      let value = ValueReader(node, path: "\(path).\(index)", diagnostics: diagnostics)
      if let element = element(value) { elements.append(element) }
      values.append(value.resolved)
    }
    resolved = .list(values)
    return elements
  }

  /// The value as a map with keys of its own; nothing at all counts as an empty map.
  ///
  /// With a `shorthand`, a scalar stands for a map with that one key: `cifar100` for `{set: cifar100}`.
  public func section<Value>(
    shorthand: String? = nil, _ body: (SectionReader) -> Value
  ) -> Value? {
    let map: SourceNode
    switch node.content {
    case .map: map = node
    case .scalar where node.isNull: map = .emptyMap(at: node.location)
    case .scalar where shorthand != nil:
      let entry = shorthand.map { SourceNode.Entry(key: $0, value: node) }
      map = SourceNode(content: .map(entry.map { [$0] } ?? []), location: node.location)
    default: return mismatch("a map of settings")
    }
    let reader = SectionReader(map, path: path, diagnostics: diagnostics)
    let value = body(reader)
    resolved = reader.finish()
    return value
  }

  /// The value as one of several alternatives with settings of their own, or a member of their family.
  public func choice<Value>(_ choices: [Choice<Value>], family: ChoiceFamily<Value>? = nil) -> Value? {
    let names = choices.map(\.name) + (family?.names ?? [])
    let name: String
    let settings: SourceNode
    switch node.content {
    case .scalar(let text, _) where !node.isNull:
      (name, settings) = (text, .emptyMap(at: node.location))
    case .map(let entries) where entries.count == 1:
      (name, settings) = (entries[0].key, entries[0].value)
    case .map(let entries):
      let got = entries.isEmpty ? "none" : entries.map(\.key).joined(separator: " and ")
      report("must name exactly one of \(names.joined(separator: ", ")), got \(got)")
      return nil
    default: return mismatch("one of \(names.joined(separator: ", "))")
    }
    guard let choice = choices.first(where: { $0.name == name }) ?? family?.member(name) else {
      return unknown(name, known: names)
    }
    let value = ValueReader(settings, path: "\(path).\(name)", diagnostics: diagnostics)
    let result = value.section(choice.read)
    // One spelling for each experiment: settings that don't exist aren't written.
    resolved = value.resolved == .map([]) ? .string(name) : .map([.init(name, value.resolved)])
    return result
  }

  private func within<Number>(_ bounds: Bounds<Number>, _ value: Number) -> Bool {
    guard !bounds.accepts(value) else { return true }
    report("must be \(bounds.inWords ?? "a number"), got \(node.inWords)")
    return false
  }

  private func mismatch<Value>(_ expected: String) -> Value? {
    report("must be \(expected), got \(node.inWords)")
    return nil
  }

  private func unknown<Value>(_ word: String, known: [String]) -> Value? {
    report("unknown choice '\(word)'\(suggestion(for: word, known: known))")
    return nil
  }
}

/// "; did you mean 'x'? (known: x, y)", or only the latter when nothing is near.
func suggestion(for word: String, known: [String]) -> String {
  let question = Spelling.nearest(to: word, in: known).map { "; did you mean '\($0)'?" } ?? ""
  return "\(question) (known: \(known.joined(separator: ", ")))"
}
