import Archives
import Foundation

/// What results.json holds: accuracy, the metrics of every score, calibration.
///
/// All figures are fractions in 0…1, never percent.
public struct DetectionResults: Sendable, Equatable {
  /// The share of in-distribution test images classified correctly, NaN if no image has a known class.
  public let accuracy: Double

  /// The same share by the network with its learned masks, of which the scores are; nil without such masks.
  ///
  /// `accuracy`, calibration and figures by class are then those of the network without them.
  public let maskedAccuracy: Double?

  /// The number of in-distribution test images.
  public let inlierCount: Int

  /// The results of each score under `ScoreChoice.description`.
  public let scores: [String: ScoreResults]

  /// The expected calibration error in 15 bins, NaN if no image has a known class.
  public let expectedCalibrationError: Double

  /// Figures by class and group of classes, where classes have different numbers of training images.
  public let longTail: LongTailResults?

  /// Results of the given parts.
  public init(
    accuracy: Double, maskedAccuracy: Double? = nil, inlierCount: Int, scores: [String: ScoreResults],
    expectedCalibrationError: Double,
    longTail: LongTailResults? = nil
  ) {
    self.longTail = longTail
    self.accuracy = accuracy
    self.maskedAccuracy = maskedAccuracy
    self.inlierCount = inlierCount
    self.scores = scores
    self.expectedCalibrationError = expectedCalibrationError
  }

  /// The JSON document: sorted keys, indented, null for NaN; the same results give the same bytes.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }

  /// Writes the JSON document; throws `FileError` if it cannot be written.
  public func write(to path: String) throws {
    try AtomicFile.write(try json(), to: path)
  }

  /// Reads results written by `write(to:)`, passing over other members; throws `FileError`.
  public init(contentsOf path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw FileError(path, "cannot be read, expected a results.json")
    }
    do {
      self = try JSONDecoder().decode(DetectionResults.self, from: data)
    } catch let error as DecodingError {
      throw FileError(path, "is not a results.json: \(Self.sentence(error))")
    }
  }

  /// Where decoding failed, in words.
  private static func sentence(_ error: DecodingError) -> String {
    func place(_ path: [any CodingKey]) -> String { path.map(\.stringValue).joined(separator: ".") }
    switch error {
    case .keyNotFound(let key, let context): return "\(place(context.codingPath + [key])) is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      return "\(place(context.codingPath)) has the wrong type"
    case .dataCorrupted(let context):
      return context.codingPath.isEmpty
        ? "it is not JSON" : "\(place(context.codingPath)) has an unknown value"
    @unknown default: return "it cannot be understood"
    }
  }
}

extension DetectionResults: Codable {
  /// Writes the members of results.json, null for NaN.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: ResultKey.self)
    try container.encodeFigure(accuracy, "accuracy")
    if let maskedAccuracy { try container.encodeFigure(maskedAccuracy, "maskedAccuracy") }
    try container.encode(scores, forKey: "scores")
    var counts = container.nestedContainer(keyedBy: ResultKey.self, forKey: "counts")
    try counts.encode(inlierCount, forKey: "id")
    var calibration = container.nestedContainer(keyedBy: ResultKey.self, forKey: "calibration")
    try calibration.encodeFigure(expectedCalibrationError, "ece")
    try container.encodeIfPresent(longTail, forKey: "longTail")
  }

  /// Reads the members of results.json, passing over others.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: ResultKey.self)
    accuracy = try container.decodeFigure("accuracy")
    maskedAccuracy =
      container.contains("maskedAccuracy") ? try container.decodeFigure("maskedAccuracy") : nil
    scores = try container.decode([String: ScoreResults].self, forKey: "scores")
    let counts = try container.nestedContainer(keyedBy: ResultKey.self, forKey: "counts")
    inlierCount = try counts.decode(Int.self, forKey: "id")
    let calibration = try container.nestedContainer(keyedBy: ResultKey.self, forKey: "calibration")
    expectedCalibrationError = try calibration.decodeFigure("ece")
    longTail = try container.decodeIfPresent(LongTailResults.self, forKey: "longTail")
  }
}
