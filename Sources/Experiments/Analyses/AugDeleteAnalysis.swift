import Detection
import Images
import Plots
import Training

/// What AugDelete would do to every score: the figures before it and after it (AugRevise, figure 5).
struct AugDeleteAnalysis: Analysis, Equatable {
  /// How the last layer is fitted.
  var refit = LastLayerRefit()

  /// The share of each class that is used.
  var fraction = 1.0

  static var needsBank: Bool { true }

  static var refitsClassifier: Bool { true }

  func outcome(for subject: AnalysisSubject) throws -> AnalysisOutcome {
    try subject.progress("AugDelete on \(subject.data.training.name)")
    let head = try refit.head(of: subject, fraction: fraction)
    let before = try subject.evaluation.outcome(of: subject.tables).results
    let after = try subject.evaluation.outcome(of: subject.tables, with: head).results
    func side(_ results: DetectionResults, _ head: ClassifierHead) -> AnalysisFigure {
      guard case .map(var members) = AnalysisSubject.figures(results) else { return .number(.nan) }
      members["weightNorm"] = .number(head.meanWeightNorm)
      return .map(members)
    }
    let lines = subject.recipe.evaluate.scores.compactMap { score -> PlotSeries? in
      let name = score.description
      guard let one = before.scores[name], let other = after.scores[name] else { return nil }
      return PlotSeries(name, [PlotPoint(0, one.average.auroc), PlotPoint(1, other.average.auroc)])
    }
    return AnalysisOutcome(
      figures: .map(["before": side(before, subject.network.head), "after": side(after, head)]),
      plot: Plot(
        "AUROC before and after AugDelete", x: PlotAxis("0: before, 1: after", range: 0...1),
        y: PlotAxis("AUROC, average of the sets"), lines))
  }
}
