import Detection
import Images
import Plots
import Training

/// How much of the training set AugDelete needs: accuracy and AUROC against the fraction of each class that is used,
/// with the number of updates constant (AugRevise, figure 6).
///
/// Scores that look at training images, inner layers or gradients are left out: they take longest and change least.
struct FractionCurveAnalysis: Analysis, Equatable {
  /// How the last layer is fitted.
  var refit = LastLayerRefit()

  /// The fractions, 0…1; 0 is the network as it is.
  var fractions = FractionCurveAnalysis.ofPaper

  /// The fractions of the paper's figure.
  static let ofPaper = [0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 1]

  static var needsBank: Bool { true }

  static var refitsClassifier: Bool { true }

  func outcome(for subject: AnalysisSubject) throws -> AnalysisOutcome {
    let scores = subject.recipe.evaluate.scores.filter {
      $0.ingredients.isDisjoint(with: [.fittingBank, .validation, .layers, .network, .groups])
    }
    var points: [AnalysisFigure] = []
    var lines: [String: [PlotPoint]] = [:]
    for fraction in fractions {
      try subject.progress("AugDelete on \(fraction * 100) % of \(subject.data.training.name)")
      let head =
        fraction == 0 ? subject.network.head : try refit.head(of: subject, fraction: fraction)
      let results = try subject.evaluation.outcome(
        of: subject.tables.classified(by: head), scores: scores
      ).results
      for score in scores {
        let auroc = results.scores[score.description]?.average.auroc ?? .nan
        lines[score.description, default: []].append(PlotPoint(fraction, auroc))
      }
      lines["accuracy", default: []].append(PlotPoint(fraction, results.accuracy))
      guard case .map(var members) = AnalysisSubject.figures(results) else { continue }
      members["fraction"] = .number(fraction)
      members["weightNorm"] = .number(head.meanWeightNorm)
      points.append(.map(members))
    }
    let names = scores.map(\.description) + ["accuracy"]
    return AnalysisOutcome(
      figures: .map(["points": .list(points)]),
      plot: Plot(
        "AugDelete on a part of the training set",
        x: PlotAxis("fraction of each class that is used", range: 0...1),
        y: PlotAxis("AUROC, average of the sets, and accuracy"),
        names.map { name in
          PlotSeries(
            name, (lines[name] ?? []).sorted { $0.x < $1.x }, style: name == "accuracy" ? .reference : .line)
        }))
  }
}
