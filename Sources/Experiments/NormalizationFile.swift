import Archives
import Foundation
import Images

/// The normalisation of a run, kept in its folder as `{"mean": […], "std": […]}`.
///
/// What was measured on the training pictures is part of the network that learned from them: whoever uses the network
/// later reads it here and needs no training pictures.
public enum NormalizationFile {
  private struct Content: Codable {
    let mean: [Float]
    let std: [Float]
  }

  /// Writes the constants to the file at `path`.
  public static func write(_ normalization: Images.Normalization, to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let content = Content(mean: normalization.mean, std: normalization.deviation)
    try AtomicFile.write(Array(encoder.encode(content)) + [UInt8(ascii: "\n")], to: path)
  }

  /// The constants in the file at `path`, bit for bit those that were written; nil when there is no such file.
  ///
  /// Throws a `FileError` when it holds anything else.
  public static func read(_ path: String) throws -> Images.Normalization? {
    guard let bytes = FileManager.default.contents(atPath: path) else { return nil }
    guard let content = try? JSONDecoder().decode(Content.self, from: bytes), content.mean.count == 3,
      content.std.count == 3, content.mean.allSatisfy(\.isFinite),
      content.std.allSatisfy({ $0.isFinite && $0 > 0 })
    else {
      throw FileError(
        path, "expected three means and three positive deviations: {\"mean\": […], \"std\": […]}")
    }
    return Images.Normalization(mean: content.mean, deviation: content.std)
  }
}
