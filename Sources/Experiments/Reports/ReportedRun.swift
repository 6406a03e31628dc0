import Archives
import Detection
import Foundation
import Training

/// What a run's folder holds, as far as it is there and can be read.
public struct ReportedRun: Sendable {
  /// The folder.
  public let folder: RunFolder

  /// The experiment.
  public let recipe: Recipe

  /// The recipe as it stands in the folder.
  package let recipeText: String

  /// All metrics; nil before the run has been evaluated.
  package let results: RunResults?

  /// The lines of the log that close an epoch.
  package let epochs: [RunLog.Line]

  /// Program, machine and cost.
  package let environment: RunEnvironment?

  /// Where the time of a step went.
  package let profile: ProfileReport?

  /// What is missing or damaged, and what to do about it: one sentence each.
  public private(set) var problems: [String]

  /// Reads a folder; throws a `FileError` if it holds no run, a `RecipeError` if its recipe cannot be read.
  public init(_ folder: RunFolder) throws {
    try folder.requireRun()
    self.folder = folder
    let source = try RecipeSource(path: folder.recipe)
    recipe = try Recipe(source)
    recipeText =
      FileManager.default.contents(atPath: folder.recipe).map { String(decoding: $0, as: UTF8.self) } ?? ""
    var problems: [String] = []
    func optional<Value>(_ path: String, _ consequence: String, _ read: () throws -> Value) -> Value? {
      guard FileManager.default.fileExists(atPath: path) else { return nil }
      do {
        return try read()
      } catch {
        problems.append("\(error); \(consequence)")
        return nil
      }
    }
    results = optional(folder.results, "limen evaluate \(folder.path) writes it anew") {
      try RunResults(contentsOf: folder.results)
    }
    environment = optional(folder.environment, "the page is without it") {
      try Self.decoded(folder.environment, "the environment.json of a run")
    }
    profile = optional(folder.profile, "the page is without it") {
      try Self.decoded(folder.profile, "the profile.json of a run")
    }
    let log = Self.readableLines(of: folder.log)
    epochs = log.lines.filter(\.endsEpoch)
    if let damage = log.damage { problems.append(damage) }
    self.problems = problems
    if let state = unfinished { self.problems.insert(state, at: 0) }
  }

  /// The runs in a folder: it is one itself, or has those of several seeds, `seed0` and so on.
  ///
  /// Throws a `FileError` if it is neither.
  public static func folders(at path: String) throws -> [RunFolder] {
    let folder = RunFolder(path: path)
    if folder.isTaken { return [folder] }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let seeds = names.compactMap { name in
      name.hasPrefix("seed") ? Int(name.dropFirst(4)).map { (seed: $0, name: name) } : nil
    }.sorted { ($0.seed, $0.name) < ($1.seed, $1.name) }
    let runs = seeds.map { RunFolder(path: "\(path)/\($0.name)") }.filter(\.isTaken)
    guard !runs.isEmpty else { throw folder.noRun(", and no folder seed0 with one") }
    return runs
  }

  /// The scores in the order of the recipe, then others that a later evaluation measured.
  package var scores: [ScoreChoice] {
    let asked = recipe.evaluate.scores
    guard let results else { return asked }
    let measured = Set(results.detection.scores.keys)
    let own = asked.filter { measured.contains($0.description) }
    let others = measured.subtracting(own.map(\.description)).sorted()
    return own + others.compactMap { try? ScoreChoice(parsing: $0) }
  }

  /// The score that decides about a single picture, as it is called in the results; nil if it was not measured.
  package var verdict: String? {
    let name = results?.verdict ?? recipe.evaluate.verdict
    return (scores.first { $0.name == name } ?? scores.first)?.description
  }

  /// The scores with the deciding one in front.
  package var scoresByWeight: [ScoreChoice] {
    scores.filter { $0.description == verdict } + scores.filter { $0.description != verdict }
  }

  /// What is to be done where results are missing; nil where they are there or are damaged.
  private var unfinished: String? {
    guard results == nil, !FileManager.default.fileExists(atPath: folder.results) else { return nil }
    let planned = recipe.stages.reduce(0) { $0 + $1.epochs }
    guard epochs.count < planned else {
      return "the run has been trained but not evaluated; limen evaluate \(folder.path) does it"
    }
    let state = epochs.isEmpty ? "none" : "\(epochs.count)"
    return
      "the run is not finished: \(state) of \(planned) epochs \(epochs.count < 2 ? "is" : "are") in its log; "
      + "limen train with the same recipe and --resume continues it, and what follows tells how far it has come"
  }

  private static func decoded<Value: Decodable>(_ path: String, _ expected: String) throws -> Value {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw FileError(path, "cannot be read, expected \(expected)")
    }
    do {
      return try JSONDecoder().decode(Value.self, from: data)
    } catch {
      throw FileError(path, "is not \(expected)")
    }
  }

  /// The lines of a log that can be read, and a sentence about the others.
  ///
  /// A run that is killed while it writes leaves half a line; that is no reason to show none.
  private static func readableLines(of path: String) -> (lines: [RunLog.Line], damage: String?) {
    guard let data = FileManager.default.contents(atPath: path) else {
      return ([], "\(path): there is no log, so there are no curves of training")
    }
    let decoder = RunLog.decoder
    var lines: [RunLog.Line] = []
    var damaged: [Int] = []
    for (index, line) in data.split(separator: UInt8(ascii: "\n")).enumerated() {
      if let line = try? decoder.decode(RunLog.Line.self, from: Data(line)) {
        lines.append(line)
      } else {
        damaged.append(index + 1)
      }
    }
    guard let first = damaged.first else { return (lines, nil) }
    let which =
      damaged.count == 1 ? "line \(first) is" : "\(damaged.count) lines, the first being line \(first), are"
    return (lines, "\(path): \(which) not what limen writes; the curves are without")
  }
}
