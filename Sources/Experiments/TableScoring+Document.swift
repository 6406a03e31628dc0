import Detection
import Foundation

extension TableScoring.Result: Encodable {
  private enum Key: String, CodingKey { case notes, intervals }

  /// Writes the members of results.json, `notes`, and `intervals` if there was a bootstrap.
  public func encode(to encoder: any Encoder) throws {
    try results.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(notes, forKey: .notes)
    guard !intervals.isEmpty else { return }
    try container.encode(
      intervals.mapValues { $0.mapValues { ["lower": $0.lower, "upper": $0.upper] } }, forKey: .intervals)
  }

  /// A form in which results are printed.
  public enum Form: String, Sendable, CaseIterable {
    /// Aligned columns for a terminal.
    case text
    /// One document as results.json has it.
    case json
    /// Tables for Markdown.
    case markdown
    /// One table of comma-separated values with every figure.
    case csv
    /// Tables for LaTeX with the package booktabs.
    case latex
  }

  /// The results in that form; notes are told in all but CSV, which has no place for them.
  public func document(_ form: Form) throws -> String {
    switch form {
    case .json:
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    case .csv:
      return DetectionSpreadsheet.text(
        results, scores: scores, under: detectionProtocol, intervals: intervals)
    case .text: return tables(\.text, summary: accuracy, note: { "\nNote: \($0).\n" })
    case .markdown: return tables(\.markdown, summary: accuracy, note: { "\nNote: \($0).\n" })
    case .latex:
      return tables(\.latex, summary: "% \(accuracy)", note: { "% Note: \($0).\n" })
    }
  }

  private var accuracy: String {
    func percent(_ value: Double) -> String {
      value.isFinite ? String(format: "%.2f %%", value * 100) : "unknown"
    }
    return "Accuracy \(percent(results.accuracy)), expected calibration error "
      + "\(percent(results.expectedCalibrationError)), \(results.inlierCount) in-distribution images.\n"
  }

  private func tables(
    _ form: KeyPath<DetectionTable, String>, summary: String, note: (String) -> String
  ) -> String {
    var text = summary
    for score in scores {
      guard let result = results.scores[score] else { continue }
      let table = DetectionTable(
        result, score: score, under: detectionProtocol, intervals: intervals[score] ?? [:])
      text += "\n" + table[keyPath: form]
    }
    return text + notes.map(note).joined()
  }
}
