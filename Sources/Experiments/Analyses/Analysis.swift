import Archives
import Foundation
import Plots

/// A question put to a trained network beyond its scores, such as how they change with a setting.
///
/// An analysis is a value with its settings; it is listed in `AnalysisChoice`. It may run the network and change its
/// last layer, which it puts back.
protocol Analysis: Sendable {
  /// Whether it needs the feature table of the training pictures.
  static var needsBank: Bool { get }

  /// Whether it fits the last layer anew, which a network that learned masks does not have apart from them.
  static var refitsClassifier: Bool { get }

  /// Finds out.
  func outcome(for subject: AnalysisSubject) throws -> AnalysisOutcome
}

extension Analysis {
  /// The sets that are measured suffice.
  static var needsBank: Bool { false }

  /// The last layer stays.
  static var refitsClassifier: Bool { false }
}

/// What an analysis found.
struct AnalysisOutcome {
  /// The figures, for results.json and a file of their own.
  let figures: AnalysisFigure

  /// A picture of them; nil if there is nothing to see.
  let plot: Plot?

  /// Other files with their text, by name.
  var files: [String: String] = [:]

  /// Writes NAME.json, if there is something to see NAME.svg, and the other files into a folder; throws a `FileError`
  /// if it cannot.
  func write(_ name: String, to folder: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw FileError(folder, "cannot be created: \(error.localizedDescription)")
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    try AtomicFile.write(
      String(decoding: try encoder.encode(figures), as: UTF8.self) + "\n", to: "\(folder)/\(name).json")
    if let plot { try AtomicFile.write(plot.svg, to: "\(folder)/\(name).svg") }
    for (file, text) in files { try AtomicFile.write(text, to: "\(folder)/\(file)") }
  }
}
