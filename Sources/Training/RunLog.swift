import Archives
import Foundation

/// The run's log: one JSON object a line, appended and flushed.
///
/// A checkpoint remembers how long the log was, and a resumed run cuts it back to there, so that a log
/// never tells of steps that were lost.
public final class RunLog {
  /// Metrics of an evaluation during training, by score, row of the table and metric.
  public typealias Evaluation = [String: [String: [String: Double]]]

  /// One line; absent fields are left out.
  public struct Line: Codable, Sendable, Equatable {
    /// The stage's name.
    public var stage: String
    /// The epoch, from 1 as people count.
    public var epoch: Int
    /// Steps of the stage taken so far.
    public var step: Int
    /// The learning rate of the last step.
    public var learningRate: Double
    /// Mean training loss of the epoch so far.
    public var loss: Double
    /// Training accuracy of the epoch so far, 0…1; nil where the method trains no classifier.
    public var accuracy: Double?
    /// What the method reported of the epoch so far, by name; without it, nothing was.
    public var reports: [String: Double]?
    /// Accuracy on the validation images, 0…1.
    public var validationAccuracy: Double?
    /// Detection of the validation outliers, by metric, where it chooses the best epoch.
    public var outlierValidation: [String: Double]?
    /// Images trained on a second.
    public var imagesPerSecond: Double
    /// True for the line that closes an epoch.
    public var endsEpoch: Bool
    /// What was measured after the epoch.
    public var evaluation: Evaluation?
  }

  private let path: String
  private let handle: FileHandle

  /// Whether fewer bytes were there than the log had when the checkpoint was made.
  public let isShort: Bool

  /// Opens the log for appending after its first `length` bytes, or after what there is of them.
  public init(path: String, continuingAt length: Int = 0) throws {
    self.path = path
    if !FileManager.default.fileExists(atPath: path) {
      try AtomicFile.write("", to: path)
    }
    guard let handle = FileHandle(forUpdatingAtPath: path) else {
      throw FileError(path, "cannot be opened for writing")
    }
    self.handle = handle
    // A log that lost lines is no reason to lose a training: it goes on from what is left.
    isShort = try handle.seekToEnd() < UInt64(length)
    if !isShort {
      try handle.truncate(atOffset: UInt64(length))
      try handle.seekToEnd()
    }
  }

  /// Reads single lines.
  package static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }

  /// The lines of a log; throws a `FileError` if there is none or a line cannot be read.
  public static func lines(at path: String) throws -> [Line] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw FileError(path, "cannot be read, expected the log of a run")
    }
    let decoder = decoder
    return try data.split(separator: UInt8(ascii: "\n")).enumerated().map { index, line in
      guard let parsed = try? decoder.decode(Line.self, from: Data(line)) else {
        throw FileError(path, "line \(index + 1) is not one that limen writes")
      }
      return parsed
    }
  }

  /// How many bytes the log has.
  public var length: Int {
    get throws { try Int(handle.offset()) }
  }

  /// Waits until everything written is on the disk.
  public func synchronize() throws {
    try handle.synchronize()
  }

  /// Appends a line.
  public func append(_ line: Line) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    try handle.write(contentsOf: encoder.encode(line) + Data("\n".utf8))
  }
}
