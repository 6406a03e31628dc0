import Detection

/// Several seeds of one recipe as means and deviations.
struct SeedsPart: ReportPart {
  let experiment: ReportExperiment

  var title: String { "Over seeds" }
  var anchor: StaticString { "seeds" }

  func content(at place: ReportPlace) -> HTML? {
    guard experiment.evaluated.count > 1,
      let detectionProtocol = try? experiment.first.recipe.detectionProtocol
    else { return nil }
    return HTML(.div) {
      runs
      for (index, choice) in experiment.evaluated[0].scoresByWeight.enumerated() {
        HTML(.details, .class("score"), index == 0 ? .isOpen : nil) {
          HTML(.summary) {
            HTML(.heading(place.level)) { choice.description }
            HTML(.span, .class("gist")) {
              "AUROC average " + experiment.percent { $0.detection.scores[choice.description]?.average.auroc }
            }
          }
          sets(choice.description, detectionProtocol)
        }
      }
    }
  }

  private var runs: HTML {
    var table = ReportTable("Runs", columns: ["seed", "accuracy %", "ECE %", "AUROC average %"])
    let verdict = experiment.evaluated[0].verdict ?? ""
    for run in experiment.evaluated {
      guard let results = run.results else { continue }
      table.append(
        String(run.recipe.seed),
        [
          results.detection.accuracy, results.detection.expectedCalibrationError,
          results.detection.scores[verdict]?.average.auroc ?? .nan,
        ].map(FigureText.percent))
    }
    table.append(
      "mean ± deviation",
      [
        experiment.percent { $0.detection.accuracy },
        experiment.percent { $0.detection.expectedCalibrationError },
        experiment.percent { $0.detection.scores[verdict]?.average.auroc },
      ], .total)
    return table.html
  }

  private func sets(_ name: String, _ detectionProtocol: DetectionProtocol) -> HTML {
    let variant = detectionProtocol.convention.falsePositiveRate
    let figures: [KeyPath<MetricFigures, Double>] = [\.auroc, \.auprIn, \.auprOut, variant.figure]
    var table = ReportTable("\(name) by set", columns: ["set", "AUROC", "AUPR-in", "AUPR-out", "FPR95"])
    func append(_ title: String, _ kind: ReportTable.Kind, _ row: (ScoreResults) -> MetricFigures?) {
      table.append(
        title,
        figures.map { figure in
          experiment.percent { $0.detection.scores[name].flatMap(row)?[keyPath: figure] }
        }, kind)
    }
    for set in detectionProtocol.near { append(set, .plain) { $0.sets[set]?.figures } }
    if !detectionProtocol.near.isEmpty { append("near mean", .mean) { $0.near } }
    for set in detectionProtocol.far { append(set, .plain) { $0.sets[set]?.figures } }
    if !detectionProtocol.far.isEmpty { append("far mean", .mean) { $0.far } }
    append("average", .total) { $0.average }
    return HTML(.div) {
      table.html
      HTML(.p, .class("note")) {
        "Percent over \(experiment.evaluated.count) seeds, ± the population standard deviation. AUPR is average precision. "
          + "FPR95 is \(variant.rawValue), \(variant.meaning)."
      }
    }
  }
}
