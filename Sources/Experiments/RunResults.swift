import Archives
import Detection
import Foundation
import Training

/// The content of results.json: what detection measured, and what a reader must know about the run.
public struct RunResults: Codable, Sendable, Equatable {
  /// Accuracy, scores, calibration.
  public let detection: DetectionResults

  /// The recipe's name.
  public let recipe: String

  /// The run's seed.
  public let seed: Int

  /// The checkpoint that was evaluated.
  public let checkpoint: String

  /// The score that decides about a single picture.
  public let verdict: String

  /// What the network expects of a picture; nil in results of earlier versions.
  public let input: NetworkInput?

  /// How each set's pixels were stored.
  public let encodings: Encodings

  /// What a reader must know, in sentences; usually nothing.
  public let notes: [String]

  /// What each score cost, by its name in `detection`.
  ///
  /// It differs from time to time, so environment.json keeps it and results.json does not: the same recipe and seed
  /// give the same bytes there.
  public let costs: [String: ScoreCost]

  /// How each search for a score's settings ended, by the score's name in `detection`.
  public let searches: [String: ScoreSearchOutcome]

  /// What the run would have reached without a last stage of AugDelete; nil without one.
  public let before: Before?

  /// What the recipe's analyses found, by their names.
  public let analyses: [String: AnalysisFigure]

  /// How sure each group of a softmax per group is that images are none of its own, by set; nil without groups.
  public let othersProbability: [String: OthersProbability]?

  /// Norms and activity of the features of each set; nil unless the recipe asks for them.
  public let representation: RepresentationResults?

  /// How the last stage chose its loss floor; nil if it did not.
  public let floor: FloorChoice?

  private enum Key: String, CodingKey {
    case recipe, seed, checkpoint, verdict, input, encodings, notes, searches, before, analyses
    case othersProbability, representation, floor
  }

  init(
    detection: DetectionResults, recipe: String, seed: Int, checkpoint: String, verdict: String,
    input: NetworkInput?, encodings: Encodings, notes: [String], costs: [String: ScoreCost],
    searches: [String: ScoreSearchOutcome], before: Before? = nil, analyses: [String: AnalysisFigure] = [:],
    others: [String: OthersProbability] = [:], representation: RepresentationResults? = nil,
    floor: FloorChoice? = nil
  ) {
    self.floor = floor
    self.representation = representation
    othersProbability = others.isEmpty ? nil : others
    self.detection = detection
    self.recipe = recipe
    self.seed = seed
    self.checkpoint = checkpoint
    self.verdict = verdict
    self.input = input
    self.encodings = encodings
    self.notes = notes
    self.costs = costs
    self.searches = searches
    self.before = before
    self.analyses = analyses
  }

  /// Writes the members of detection and of the run side by side.
  public func encode(to encoder: any Encoder) throws {
    try detection.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(recipe, forKey: .recipe)
    try container.encode(seed, forKey: .seed)
    try container.encode(checkpoint, forKey: .checkpoint)
    try container.encode(verdict, forKey: .verdict)
    try container.encodeIfPresent(input, forKey: .input)
    try container.encode(encodings, forKey: .encodings)
    try container.encode(notes, forKey: .notes)
    try container.encodeIfPresent(othersProbability, forKey: .othersProbability)
    if !searches.isEmpty { try container.encode(searches, forKey: .searches) }
    try container.encodeIfPresent(before, forKey: .before)
    if !analyses.isEmpty { try container.encode(analyses, forKey: .analyses) }
    try container.encodeIfPresent(representation, forKey: .representation)
    try container.encodeIfPresent(floor, forKey: .floor)
  }

  /// Reads what `encode` wrote.
  public init(from decoder: any Decoder) throws {
    detection = try DetectionResults(from: decoder)
    let container = try decoder.container(keyedBy: Key.self)
    recipe = try container.decode(String.self, forKey: .recipe)
    seed = try container.decode(Int.self, forKey: .seed)
    checkpoint = try container.decode(String.self, forKey: .checkpoint)
    verdict = try container.decode(String.self, forKey: .verdict)
    input = try container.decodeIfPresent(NetworkInput.self, forKey: .input)
    encodings = try container.decode(Encodings.self, forKey: .encodings)
    notes = try container.decode([String].self, forKey: .notes)
    // Results of earlier versions have none of these.
    othersProbability = try container.decodeIfPresent(
      [String: OthersProbability].self, forKey: .othersProbability)
    costs = [:]
    searches = try container.decodeIfPresent([String: ScoreSearchOutcome].self, forKey: .searches) ?? [:]
    before = try container.decodeIfPresent(Before.self, forKey: .before)
    analyses = try container.decodeIfPresent([String: AnalysisFigure].self, forKey: .analyses) ?? [:]
    representation = try container.decodeIfPresent(RepresentationResults.self, forKey: .representation)
    floor = try container.decodeIfPresent(FloorChoice.self, forKey: .floor)
  }

  /// The JSON document: sorted keys, indented, null for NaN.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }

  /// Reads results.json; throws a `FileError` if it is not there or is none.
  public init(contentsOf path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw FileError(path, "cannot be read, expected a results.json")
    }
    do {
      self = try JSONDecoder().decode(RunResults.self, from: data)
    } catch {
      throw FileError(path, "is not the results.json of a run")
    }
  }

  /// Writes results.json.
  public func write(to path: String) throws {
    try AtomicFile.write(json(), to: path)
  }
}
