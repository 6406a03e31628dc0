/// A cursor over one map of a file; the code that reads with it *is* the schema of that map.
///
/// Each call names a key, its kind, its range and its default. It returns the value, or reports what is
/// wrong with it and returns the default, so that reading goes on and all problems come out together.
/// Keys nobody asked for are reported when the section ends; keys that were asked for are remembered with
/// their values, and together make the resolved file.
///
///     init(reading reader: SectionReader) {
///       epochs = reader.integer("epochs", in: .atLeast(1))                    // required
///       momentum = reader.number("momentum", default: 0.9, in: .from(0, below: 1))
///       size = reader.optionalInteger("size", in: .atLeast(1))                // nil when absent
///     }
public final class SectionReader {
  /// The section's key, dotted from the top; empty for the whole file.
  public let path: String

  private let location: RecipeLocation
  private let entries: [SourceNode.Entry]
  private let diagnostics: Diagnostics
  private var declared: [String] = []
  private var resolved: [RecipeValue.Entry] = []

  /// - Precondition: `node` is a map.
  init(_ node: SourceNode, path: String, diagnostics: Diagnostics) {
    guard case .map(let entries) = node.content else {
      preconditionFailure("a section reads a map, got \(node.inWords)")
    }
    self.entries = entries
    self.path = path
    self.diagnostics = diagnostics
    location = node.location
  }

  /// Reports the keys that nobody asked for; returns those that were, defaults filled in.
  func finish() -> RecipeValue {
    for entry in entries where !declared.contains(entry.key) {
      diagnostics.report(
        "unknown key\(suggestion(for: entry.key, known: declared))", path: path(of: entry.key),
        at: entry.value.location)
    }
    return .map(resolved)
  }

  /// Whether the file gives this key; doesn't declare it.
  public func contains(_ key: String) -> Bool { entries.contains { $0.key == key } }

  /// All keys the file gives, in its order: for maps whose keys are the user's own.
  public var keys: [String] { entries.map(\.key) }

  /// Whether nothing was reported about `key` or what is in it: checks of several keys together ask first,
  /// so that one mistake isn't reported twice.
  public func isSound(_ key: String) -> Bool { !diagnostics.concern(path(of: key)) }

  /// Reports that something is wrong with `key`, or with the section itself when `key` is nil.
  public func report(_ message: String, at key: String? = nil) {
    let entry = entries.first { $0.key == key }
    diagnostics.report(
      message, path: key.map { path(of: $0) } ?? path, at: entry?.value.location ?? location)
  }

  // MARK: Scalars

  /// A text; required without a default.
  public func string(_ key: String, default fallback: String? = nil) -> String {
    read(key, default: fallback, otherwise: "", expected: "a string", as: RecipeValue.string) { $0.string() }
  }

  /// A text, or nil when the key is absent.
  public func optionalString(_ key: String) -> String? {
    optional(key) { $0.string() }
  }

  /// `true` or `false`; required without a default.
  public func bool(_ key: String, default fallback: Bool? = nil) -> Bool {
    read(key, default: fallback, otherwise: false, expected: "true or false", as: RecipeValue.bool) {
      $0.bool()
    }
  }

  /// A whole number within `bounds`; required without a default.
  public func integer(_ key: String, default fallback: Int? = nil, in bounds: Bounds<Int> = .any) -> Int {
    let expected = "a whole number" + (bounds.inWords.map { ", \($0)" } ?? "")
    return read(key, default: fallback, otherwise: bounds.example, expected: expected, as: RecipeValue.int) {
      $0.integer(in: bounds)
    }
  }

  /// A whole number within `bounds`, or nil when the key is absent.
  public func optionalInteger(_ key: String, in bounds: Bounds<Int> = .any) -> Int? {
    optional(key) { $0.integer(in: bounds) }
  }

  /// A finite number within `bounds`; required without a default.
  public func number(
    _ key: String, default fallback: Double? = nil, in bounds: Bounds<Double> = .any
  ) -> Double {
    let expected = "a number" + (bounds.inWords.map { ", \($0)" } ?? "")
    return read(key, default: fallback, otherwise: bounds.example, expected: expected, as: RecipeValue.double)
    {
      $0.number(in: bounds)
    }
  }

  /// A finite number within `bounds`, or nil when the key is absent.
  public func optionalNumber(_ key: String, in bounds: Bounds<Double> = .any) -> Double? {
    optional(key) { $0.number(in: bounds) }
  }

  /// One of the words of an enum.
  public func word<Word: RawRepresentable & CaseIterable>(
    _ key: String, default fallback: Word
  ) -> Word where Word.RawValue == String {
    read(key, default: fallback, otherwise: fallback, expected: "", as: { .string($0.rawValue) }) {
      $0.word(Word.self)
    }
  }

  // MARK: Compound values

  /// A list of whatever `element` reads; required without a default.
  ///
  /// Elements for which `element` returns nil are left out.
  public func list<Element>(
    _ key: String, default fallback: [Element]? = nil, minimumCount: Int = 0,
    of element: (ValueReader) -> Element?
  ) -> [Element] {
    // A default that isn't empty has no form in the file, so such lists take `value` instead.
    precondition(fallback?.isEmpty ?? true, "\(path(of: key)): the default of a list must be empty")
    return read(key, default: fallback, otherwise: [], expected: "a list", as: { _ in .list([]) }) {
      $0.list(minimumCount: minimumCount, of: element)
    }
  }

  /// A map with keys of its own; read as an empty one when the key is absent, so that the section's own
  /// required keys report themselves.
  ///
  /// With a `shorthand`, a scalar stands for a map with that one key: `cifar100` for `{set: cifar100}`.
  public func section<Value>(
    _ key: String, shorthand: String? = nil, _ body: (SectionReader) -> Value
  ) -> Value {
    let value = value(key) ?? reader(of: .emptyMap(at: location), at: key)
    let result = value.section(shorthand: shorthand, body)
    record(key, value.resolved)
    return result ?? body(.silent(path: path(of: key), at: location))
  }

  /// A map with keys of its own, or nil when the key is absent.
  public func optionalSection<Value>(
    _ key: String, shorthand: String? = nil, _ body: (SectionReader) -> Value
  ) -> Value? {
    optional(key) { $0.section(shorthand: shorthand, body) }
  }

  /// One of several alternatives, each with settings of its own, or a member of their family; required
  /// without a default.
  ///
  /// - Precondition: there is an alternative, and the default is the name of one.
  public func choice<Value>(
    _ key: String, default fallback: String? = nil, _ choices: [Choice<Value>],
    family: ChoiceFamily<Value>? = nil
  ) -> Value {
    precondition(!choices.isEmpty, "\(path(of: key)): a choice needs alternatives")
    let names = choices.map(\.name) + (family?.names ?? [])
    precondition(
      fallback.map(names.contains) ?? true, "\(path(of: key)): no alternative of the default's name")
    if !contains(key), let fallback {
      // Read as if the file said so, so that the resolved tree has the alternative's settings.
      return record(key, reader(of: parsed(fallback), at: key), choices, family)
    }
    guard let value = value(key) else {
      report("missing; expected one of \(names.joined(separator: ", "))", at: key)
      return choices[0].read(.silent(path: path(of: key), at: location))
    }
    return record(key, value, choices, family)
  }

  /// Any value, for keys that accept several forms; nil when the key is absent.
  ///
  /// What `body` reads of it enters the resolved tree; with `default`, an absent key is read as if the file
  /// gave that YAML.
  public func value<Value>(
    _ key: String, default fallback: String? = nil, _ body: (ValueReader) -> Value?
  ) -> Value? {
    if !contains(key), let fallback {
      declare(key)
      let value = reader(of: parsed(fallback), at: key)
      defer { record(key, value.resolved) }
      return body(value)
    }
    return optional(key, body)
  }

  /// Every key of this map with its value as a section, in the file's order: for maps from names to
  /// entries, where the keys are the user's own.
  public func entries<Value>(_ body: (String, SectionReader) -> Value) -> [Value] {
    entries.compactMap { entry in
      optionalSection(entry.key) { body(entry.key, $0) }
    }
  }

  // MARK: How a key is read

  private func read<Value>(
    _ key: String, default fallback: Value?, otherwise placeholder: Value, expected: String,
    as form: (Value) -> RecipeValue, _ body: (ValueReader) -> Value?
  ) -> Value {
    if let value = value(key) {
      let result = body(value)
      record(key, value.resolved)
      return result ?? fallback ?? placeholder
    }
    guard let fallback else {
      report("missing; expected \(expected)", at: key)
      return placeholder
    }
    record(key, form(fallback))
    return fallback
  }

  private func optional<Value>(_ key: String, _ body: (ValueReader) -> Value?) -> Value? {
    guard let value = value(key) else { return nil }
    defer { record(key, value.resolved) }
    return body(value)
  }

  private func record<Value>(
    _ key: String, _ value: ValueReader, _ choices: [Choice<Value>], _ family: ChoiceFamily<Value>?
  ) -> Value {
    declare(key)
    let result = value.choice(choices, family: family)
    record(key, value.resolved)
    return result ?? choices[0].read(.silent(path: path(of: key), at: location))
  }

  private func record(_ key: String, _ value: RecipeValue) {
    resolved.append(RecipeValue.Entry(key, value))
  }

  /// Declares the key and returns its value, if the file gives one.
  private func value(_ key: String) -> ValueReader? {
    declare(key)
    return entries.first { $0.key == key }.map { reader(of: $0.value, at: key) }
  }

  private func declare(_ key: String) {
    if !declared.contains(key) { declared.append(key) }
  }

  private func reader(of node: SourceNode, at key: String) -> ValueReader {
    ValueReader(node, path: path(of: key), diagnostics: diagnostics)
  }

  /// A default that is written as YAML.
  private func parsed(_ yaml: String) -> SourceNode {
    do {
      return try SourceNode(yaml: yaml) { _ in location }
    } catch {
      preconditionFailure("the default '\(yaml)' isn't YAML: \(error)")
    }
  }

  private func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// An empty section whose problems nobody hears of: yields a value to go on with after a problem that
  /// has been reported.
  private static func silent(path: String, at location: RecipeLocation) -> SectionReader {
    SectionReader(.emptyMap(at: location), path: path, diagnostics: Diagnostics())
  }
}
