/// The list of scores: each case is one score with its settings.
public enum ScoreChoice: Sendable, Hashable, CustomStringConvertible {
  /// Maximum softmax probability.
  case msp(MaxSoftmaxScore.Settings)
  /// Maximum logit.
  case mls(MaxLogitScore.Settings)
  /// Free energy of the logits.
  case energy(EnergyScore.Settings)

  /// The score this case stands for.
  public var score: any OODScore {
    switch self {
    case .msp(let settings): MaxSoftmaxScore(settings)
    case .mls(let settings): MaxLogitScore(settings)
    case .energy(let settings): EnergyScore(settings)
    }
  }

  /// How each score is made from its written settings, in the order of the documentation.
  private static let makers: [(name: String, make: @Sendable (inout ScoreArguments) throws -> ScoreChoice)] =
    [
      (MaxSoftmaxScore.name, { .msp(.init(from: &$0)) }),
      (MaxLogitScore.name, { .mls(.init(from: &$0)) }),
      (EnergyScore.name, { .energy(try .init(from: &$0)) }),
    ]
}

extension ScoreChoice {
  /// The names of all scores, in the order of the documentation.
  public static var allNames: [String] { makers.map(\.name) }

  /// The score's name without settings, such as `energy`.
  public var name: String { type(of: score).name }

  /// The score as it is written in commands and as the key of its results: `energy`, or `energy:T=2` where a
  /// setting differs from its default.
  public var description: String {
    let arguments = score.settings.arguments
    return arguments.isEmpty ? name : "\(name):\(arguments.joined(separator: ","))"
  }

  /// The score written as `name` or `name:key=value,key=value`; throws `ScoreError`.
  public init(parsing text: String) throws {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let name = parts[0]
    guard let maker = Self.makers.first(where: { $0.name == name }) else {
      let known = Self.allNames.joined(separator: ", ")
      throw ScoreError(score: "\"\(name)\"", problem: "there is no such score; known: \(known)")
    }
    let settings =
      parts.count == 1
      ? [] : parts[1].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    var arguments = try ScoreArguments(settings, of: name)
    self = try maker.make(&arguments)
    try arguments.finish()
  }

  /// The scores of a list such as `msp,energy:T=2,mls`; throws `ScoreError`, also if one occurs twice.
  ///
  /// A piece with an equals sign but no colon is a further setting of the score before it.
  public static func list(parsing text: String) throws -> [ScoreChoice] {
    var pieces: [String] = []
    for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
      if piece.contains("="), !piece.contains(":"), let last = pieces.popLast() {
        pieces.append("\(last),\(piece)")
      } else {
        pieces.append(String(piece))
      }
    }
    var choices: [ScoreChoice] = []
    for piece in pieces {
      let choice = try ScoreChoice(parsing: piece)
      guard !choices.contains(choice) else {
        throw ScoreError(score: choice.description, problem: "it is listed twice")
      }
      choices.append(choice)
    }
    return choices
  }

  /// The score ready to be applied; throws `ScoreError` if a table it must be fitted on is missing.
  public func fitted(on tables: FittingTables = FittingTables()) throws -> FittedScore {
    try FittedScore(self, score, on: tables)
  }
}
