import Detection
import Networks

/// Several experiments beside each other.
struct OverviewPart: ReportPart {
  let experiments: [ReportExperiment]

  /// What links call each experiment's section.
  let links: [String]

  var title: String { "Comparison" }
  var anchor: StaticString { "comparison" }

  func content(at place: ReportPlace) -> HTML? {
    guard experiments.count > 1 else { return nil }
    return HTML(.div) {
      experimentsTable
      scores("AUROC, average of the sets, in percent", \.auroc, largerIsBetter: true)
      scores("FPR95 (fpr95_id), average of the sets, in percent", \.fpr95ID, largerIsBetter: false)
      HTML(.p, .class("note")) {
        "The best of a column is bold. ± is the population standard deviation over seeds. Averages compare only where "
          + "the sets are the same"
        if Set(experiments.map(Self.sets)).count > 1 { ", and here they are not" }
        "."
      }
    }
  }

  private static func sets(_ experiment: ReportExperiment) -> [String] {
    (experiment.first.recipe.data.near + experiment.first.recipe.data.far).map(\.name)
  }

  private var experimentsTable: HTML {
    var table = ReportTable(
      "Experiments", columns: ["experiment", "runs", "network", "accuracy %", "ECE %", "training time"])
    for (experiment, link) in zip(experiments, links) {
      let seconds = experiment.runs.compactMap { $0.environment?.trainingSeconds }
      table.append(
        HTML(.a, .link(to: link)) { experiment.name },
        [
          experiment.seeds, experiment.first.recipe.network.name,
          experiment.percent { $0.detection.accuracy },
          experiment.percent { $0.detection.expectedCalibrationError },
          seconds.isEmpty
            ? FigureText.none : FigureText.duration(seconds.reduce(0, +) / Double(seconds.count)),
        ].map { HTML($0) })
    }
    return table.html
  }

  /// A figure of every experiment and score.
  private func scores(
    _ caption: String, _ figure: KeyPath<MetricFigures, Double>, largerIsBetter: Bool
  ) -> HTML? {
    var names: [String] = []
    for experiment in experiments {
      for run in experiment.evaluated {
        for choice in run.scores where !names.contains(choice.description) {
          names.append(choice.description)
        }
      }
    }
    guard !names.isEmpty else { return nil }
    func values(_ experiment: ReportExperiment, _ name: String) -> [Double] {
      experiment.values { $0.detection.scores[name]?.average[keyPath: figure] }
    }
    let best = names.map { name in
      let means = experiments.map { values($0, name) }.filter { !$0.isEmpty }.map { MeanDeviation($0).mean }
      // Alone in a column nothing is best.
      return means.count > 1 ? (largerIsBetter ? means.max() : means.min()) : nil
    }
    var table = ReportTable(caption, columns: ["experiment"] + names)
    for (experiment, link) in zip(experiments, links) {
      table.append(
        HTML(.a, .link(to: link)) { experiment.name },
        zip(names, best).map { name, best in
          let values = values(experiment, name)
          let text = ReportFigure.percent(over: values)
          return !values.isEmpty && MeanDeviation(values).mean == best ? HTML(.b) { text } : HTML(text)
        })
    }
    return table.html
  }
}
