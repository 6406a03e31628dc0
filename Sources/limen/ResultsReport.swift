import Detection
import Experiments
import Foundation

/// The results of a run as text for a terminal.
struct ResultsReport {
  private let results: RunResults
  private let detectionProtocol: DetectionProtocol
  private let scores: [ScoreChoice]

  init(_ results: RunResults, recipe: Recipe) throws {
    self.results = results
    detectionProtocol = try recipe.data.detectionProtocol
    scores = recipe.evaluate.scores
  }

  /// Accuracy and calibration, then one table a score.
  var text: String {
    var text =
      "\(results.recipe), seed \(results.seed), checkpoint \(results.checkpoint): "
      + String(
        format: "accuracy %.2f %%, expected calibration error %.2f %%\n", results.detection.accuracy * 100,
        results.detection.expectedCalibrationError * 100)
    for choice in scores {
      guard let score = results.detection.scores[choice.description], !detectionProtocol.sets.isEmpty else {
        continue
      }
      text += "\n" + DetectionTable(score, score: choice.description, under: detectionProtocol).text
    }
    let costs = scores.compactMap { choice in
      results.seconds[choice.description].map { cost in
        "\(choice.description) "
          + String(format: "%.2f s to fit, %.3f ms an image", cost.fitSeconds, cost.millisecondsPerImage)
      }
    }
    if !costs.isEmpty { text += "\nTime of the scores: \(costs.joined(separator: "; ")).\n" }
    for (score, search) in results.searches.sorted(by: { $0.key < $1.key }) {
      text += "\n\(score): \(search.chosen) was chosen on \(search.inliers) and \(search.outliers).\n"
    }
    for note in results.notes { text += "\nNote: \(note)." }
    return text
  }
}
