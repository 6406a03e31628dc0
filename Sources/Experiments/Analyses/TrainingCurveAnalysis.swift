import Archives
import Detection
import Foundation
import Plots
import Training

/// How detection changed while the network learned, as the log has it (Unleashing Mask, figures 1, 2 and 4 to 7).
///
/// `evaluate.every` says after how many epochs the scores are taken.
struct TrainingCurveAnalysis: Analysis, Equatable {
  func outcome(for subject: AnalysisSubject) throws -> AnalysisOutcome {
    var epoch = 0
    let points = try RunLog.lines(at: subject.folder.log).filter(\.endsEpoch).compactMap { line in
      epoch += 1
      return line.evaluation.map { (epoch: epoch, line: line, evaluation: $0) }
    }
    guard !points.isEmpty else {
      throw FileError(
        subject.folder.log, "has no scores of epochs for analyses.trainingCurve; evaluate.every takes them")
    }
    func number(_ value: Double?) -> AnalysisFigure { .number(value ?? .nan) }
    let names = subject.recipe.evaluate.scores.map(\.description)
    let lines = names.flatMap { name in
      [("FPR95", "fpr95_id"), ("AUROC", "auroc")].map { title, metric in
        PlotSeries(
          "\(name) \(title)",
          points.compactMap { point in
            point.evaluation[name]?["average"]?[metric].map { PlotPoint(Double(point.epoch), $0) }
          })
      }
    }
    return AnalysisOutcome(
      figures: .map([
        "points": .list(
          points.map { point in
            .map([
              "epoch": .number(Double(point.epoch)), "loss": .number(point.line.loss),
              "accuracy": number(point.evaluation["accuracy"]?["test"]?["accuracy"]),
              "scores": .map(
                Dictionary(
                  uniqueKeysWithValues: names.map { name in
                    let rows = point.evaluation[name] ?? [:]
                    return (name, .map(rows.mapValues { .map($0.mapValues(AnalysisFigure.number)) }))
                  })),
            ])
          })
      ]),
      plot: Plot(
        "Detection while the network learned", x: PlotAxis("epoch"), y: PlotAxis("average over the sets"),
        lines), files: ["trainingCurve-accuracy.svg": Self.accuracies(points.map { ($0.epoch, $0.line) }).svg]
    )
  }

  /// Accuracy on training pictures, as they were augmented, and on test pictures.
  private static func accuracies(_ points: [(epoch: Int, line: RunLog.Line)]) -> Plot {
    func line(_ title: String, _ accuracy: (RunLog.Line) -> Double?) -> PlotSeries {
      PlotSeries(
        title, points.compactMap { epoch, line in accuracy(line).map { PlotPoint(Double(epoch), $0) } })
    }
    return Plot(
      "Accuracy while the network learned", x: PlotAxis("epoch"), y: PlotAxis("accuracy"),
      [
        line("training", \.accuracy), line("test") { $0.evaluation?["accuracy"]?["test"]?["accuracy"] },
      ])
  }
}
