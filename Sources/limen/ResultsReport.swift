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
    detectionProtocol = try recipe.detectionProtocol
    scores = recipe.evaluate.scores
  }

  /// Accuracy and calibration, then one table a score.
  var text: String {
    var text =
      "\(results.recipe), seed \(results.seed), checkpoint \(results.checkpoint): "
      + (results.detection.accuracy.isNaN
        ? "no classifier, hence no accuracy\n"
        : String(
          format: "accuracy %.2f %%, expected calibration error %.2f %%\n", results.detection.accuracy * 100,
          results.detection.expectedCalibrationError * 100))
    for choice in scores {
      guard let score = results.detection.scores[choice.description], !detectionProtocol.sets.isEmpty else {
        continue
      }
      text += "\n" + DetectionTable(score, score: choice.description, under: detectionProtocol).text
    }
    for (score, search) in results.searches.sorted(by: { $0.key < $1.key }) {
      text += "\n\(score): \(search.chosen) was chosen on \(search.inliers) and \(search.outliers).\n"
    }
    if let before = results.before { text += "\n" + comparison(with: before) }
    if !results.analyses.isEmpty {
      text +=
        "\nFigures and pictures in analyses: \(results.analyses.keys.sorted().joined(separator: ", ")).\n"
    }
    for note in results.notes { text += "\nNote: \(note)." }
    return text
  }

  /// What AugDelete changed: accuracy, and each score's AUROC and FPR95 on average.
  private func comparison(with before: RunResults.Before) -> String {
    let percent = FigureText.percent
    var table = TextTable(["", "before", "after"])
    table.append([
      "accuracy", percent(before.detection.accuracy), percent(results.detection.accuracy),
    ])
    for choice in scores {
      guard let one = before.detection.scores[choice.description],
        let other = results.detection.scores[choice.description], !detectionProtocol.sets.isEmpty
      else { continue }
      let name = choice.description
      table.append([name + " AUROC", percent(one.average.auroc), percent(other.average.auroc)])
      table.append([name + " FPR95", percent(one.average.fpr95ID), percent(other.average.fpr95ID)])
    }
    table.append([
      "mean ‖W_c‖", String(format: "%.4f", before.weightNorm),
      String(format: "%.4f", before.weightNormAfter),
    ])
    return "AugDelete, averages of the sets\n\(table.text)\n"
  }

  /// What the scores cost, for the log: it differs from time to time, and `text` does not.
  var costs: String {
    let costs = scores.compactMap { choice in
      results.costs[choice.description].map { cost in
        "\(choice.description) "
          + String(format: "%.2f s to fit, %.3f ms an image", cost.fitSeconds, cost.millisecondsPerImage)
      }
    }
    return "time of the scores: \(costs.joined(separator: "; "))"
  }
}
