/// The settings written behind a score's name, each to be taken once.
public struct ScoreArguments {
  private let score: String
  private var rest: [(key: String, value: String)]
  private var known: [String] = []

  /// The settings `key=value` of the score; throws `ScoreError` if one is not of that form or is given twice.
  init(_ settings: [String], of score: String) throws {
    self.score = score
    rest = []
    for setting in settings {
      let parts = setting.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else {
        throw ScoreError(score: score, problem: "\"\(setting)\" is no setting, expected key=value")
      }
      guard !rest.contains(where: { $0.key == parts[0] }) else {
        throw ScoreError(score: score, problem: "the setting \"\(parts[0])\" is given twice")
      }
      rest.append((parts[0], parts[1]))
    }
  }

  /// Takes the number under `key`, or nil if it is not given; throws `ScoreError` if it is not above 0.
  public mutating func positiveNumber(_ key: String) throws -> Double? {
    try take(key, "a number above 0") { text in
      Double(text).flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
    }
  }

  /// Takes the number under `key`, or nil if it is not given; throws `ScoreError` if it is outside `bounds`.
  public mutating func number(_ key: String, in bounds: ClosedRange<Double>) throws -> Double? {
    let (lower, upper) = (Self.text(bounds.lowerBound), Self.text(bounds.upperBound))
    return try take(key, "a number from \(lower) to \(upper)") { text in
      Double(text).flatMap { bounds.contains($0) ? $0 : nil }
    }
  }

  /// Takes the whole number under `key`, or nil if it is not given; throws `ScoreError` if it is below 1.
  public mutating func count(_ key: String) throws -> Int? {
    try take(key, "a whole number of at least 1") { text in
      Int(text).flatMap { $0 >= 1 ? $0 : nil }
    }
  }

  /// Takes `true` or `false` under `key`, or nil if it is not given; throws `ScoreError` if it is neither.
  public mutating func flag(_ key: String) throws -> Bool? {
    try take(key, "true or false", Bool.init)
  }

  /// Takes one of the words of an enum under `key`, or nil if it is not given; throws `ScoreError` for another.
  public mutating func word<Word: RawRepresentable & CaseIterable>(
    _ key: String
  ) throws -> Word? where Word.RawValue == String {
    let known = Word.allCases.map(\.rawValue).joined(separator: " or ")
    return try take(key, known) { Word(rawValue: $0) }
  }

  private mutating func take<Value>(
    _ key: String, _ expected: String, _ read: (String) -> Value?
  ) throws -> Value? {
    known.append(key)
    guard let index = rest.firstIndex(where: { $0.key == key }) else { return nil }
    let text = rest.remove(at: index).value
    guard let value = read(text) else {
      throw ScoreError(score: score, problem: "\(key) is \"\(text)\", expected \(expected)")
    }
    return value
  }

  /// The number as it would be written under `key`: whole numbers without a decimal point.
  public static func written(_ key: String, _ number: Double) -> String {
    "\(key)=\(text(number))"
  }

  /// The number as it would be written: whole numbers without a decimal point.
  public static func text(_ number: Double) -> String {
    Int(exactly: number).map(String.init) ?? "\(number)"
  }

  /// Throws `ScoreError` if a setting is left that nothing took.
  func finish() throws {
    guard let left = rest.first else { return }
    let expected = known.isEmpty ? "it has none" : "known: \(known.joined(separator: ", "))"
    throw ScoreError(score: score, problem: "there is no setting \"\(left.key)\"; \(expected)")
  }
}
