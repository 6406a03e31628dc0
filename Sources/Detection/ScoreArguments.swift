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
    known.append(key)
    guard let index = rest.firstIndex(where: { $0.key == key }) else { return nil }
    let value = rest.remove(at: index).value
    guard let number = Double(value), number.isFinite, number > 0 else {
      throw ScoreError(score: score, problem: "\(key) is \"\(value)\", expected a number above 0")
    }
    return number
  }

  /// The number as it would be written under `key`: whole numbers without a decimal point.
  public static func written(_ key: String, _ number: Double) -> String {
    Int(exactly: number).map { "\(key)=\($0)" } ?? "\(key)=\(number)"
  }

  /// Throws `ScoreError` if a setting is left that nothing took.
  func finish() throws {
    guard let left = rest.first else { return }
    let expected = known.isEmpty ? "it has none" : "known: \(known.joined(separator: ", "))"
    throw ScoreError(score: score, problem: "there is no setting \"\(left.key)\"; \(expected)")
  }
}
