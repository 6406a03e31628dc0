import Archives
import Detection
import Foundation

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

  /// How each set's pixels were stored.
  public let encodings: Encodings

  /// What a reader must know, in sentences; usually nothing.
  public let notes: [String]

  /// What each score cost, by its name in `detection`; the only part that differs from time to time.
  public let seconds: [String: ScoreCost]

  /// How each search for a score's settings ended, by the score's name in `detection`.
  public let searches: [String: ScoreSearchOutcome]

  private enum Key: String, CodingKey {
    case recipe, seed, checkpoint, verdict, encodings, notes, seconds, searches
  }

  init(
    detection: DetectionResults, recipe: String, seed: Int, checkpoint: String, verdict: String,
    encodings: Encodings, notes: [String], seconds: [String: ScoreCost],
    searches: [String: ScoreSearchOutcome]
  ) {
    self.detection = detection
    self.recipe = recipe
    self.seed = seed
    self.checkpoint = checkpoint
    self.verdict = verdict
    self.encodings = encodings
    self.notes = notes
    self.seconds = seconds
    self.searches = searches
  }

  /// Writes the members of detection and of the run side by side.
  public func encode(to encoder: any Encoder) throws {
    try detection.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(recipe, forKey: .recipe)
    try container.encode(seed, forKey: .seed)
    try container.encode(checkpoint, forKey: .checkpoint)
    try container.encode(verdict, forKey: .verdict)
    try container.encode(encodings, forKey: .encodings)
    try container.encode(notes, forKey: .notes)
    try container.encode(seconds, forKey: .seconds)
    if !searches.isEmpty { try container.encode(searches, forKey: .searches) }
  }

  /// Reads what `encode` wrote.
  public init(from decoder: any Decoder) throws {
    detection = try DetectionResults(from: decoder)
    let container = try decoder.container(keyedBy: Key.self)
    recipe = try container.decode(String.self, forKey: .recipe)
    seed = try container.decode(Int.self, forKey: .seed)
    checkpoint = try container.decode(String.self, forKey: .checkpoint)
    verdict = try container.decode(String.self, forKey: .verdict)
    encodings = try container.decode(Encodings.self, forKey: .encodings)
    notes = try container.decode([String].self, forKey: .notes)
    // Results of earlier versions have neither.
    seconds = try container.decodeIfPresent([String: ScoreCost].self, forKey: .seconds) ?? [:]
    searches = try container.decodeIfPresent([String: ScoreSearchOutcome].self, forKey: .searches) ?? [:]
  }

  /// The JSON document: sorted keys, indented, null for NaN.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }

  /// Writes results.json.
  public func write(to path: String) throws {
    try AtomicFile.write(json(), to: path)
  }
}
