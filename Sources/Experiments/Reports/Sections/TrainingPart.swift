import Foundation
import Plots
import Training

/// How the network learned: loss, accuracy, learning rate and what the method reported, by epoch.
struct TrainingPart: ReportPart {
  /// The runs, more than one where seeds are shown together.
  let runs: [ReportedRun]

  var title: String { "Learning curves" }
  var anchor: StaticString { "training" }

  func content(at place: ReportPlace) -> HTML? {
    guard runs.contains(where: { !$0.epochs.isEmpty }) else { return nil }
    return HTML(.div) {
      HTML(.div, .class("plots")) {
        for (index, plot) in plots.enumerated() { place.plot(plot, "curve\(index)") }
      }
      if let stages { HTML(.p, .class("note")) { stages } }
    }
  }

  /// The plots: loss, accuracy, learning rate, then one for each kind of report.
  var plots: [Plot] {
    var plots = [plot("Training loss", "loss", named([("loss", { $0.loss })]))]
    let accuracy = named([
      ("training", { $0.accuracy }), ("validation", { $0.validationAccuracy }),
      ("test", { $0.evaluation?["accuracy"]?["test"]?["accuracy"] }),
    ])
    if !accuracy.isEmpty { plots.append(plot("Accuracy", "share classified correctly", accuracy)) }
    plots.append(plot("Learning rate", "learning rate", named([("rate", { $0.learningRate })])))
    for (kind, names) in reports {
      let values: [(String, (RunLog.Line) -> Double?)] = names.map { name in
        (name == kind ? name : String(name.dropFirst(kind.count + 1)), { $0.reports?[name] })
      }
      plots.append(plot("Reported: \(kind)", kind, named(values)))
    }
    return plots
  }

  /// What methods report, those whose names begin alike together: `norm.id` and `norm.ood` are two of `norm`.
  private var reports: [(kind: String, names: [String])] {
    let names = Set(runs.flatMap { $0.epochs.flatMap { $0.reports.map { Array($0.keys) } ?? [] } }).sorted()
    let kinds = Dictionary(grouping: names) { String($0.prefix { $0 != "." }) }
    return kinds.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// A line for each value and run, those without points left out.
  private func named(_ values: [(name: String, value: (RunLog.Line) -> Double?)]) -> [PlotSeries] {
    values.flatMap { name, value in
      runs.compactMap { run in
        let points = run.epochs.enumerated().compactMap { index, line in
          value(line).map { PlotPoint(Double(index + 1), $0) }
        }
        guard !points.isEmpty else { return nil }
        // One line needs no legend.
        let label = values.count == 1 ? "" : name
        return PlotSeries(
          runs.count == 1 ? label : label + (label.isEmpty ? "" : ", ") + "seed \(run.recipe.seed)", points)
      }
    }
  }

  private func plot(_ title: String, _ unit: String, _ series: [PlotSeries]) -> Plot {
    let last = Double(runs.map(\.epochs.count).max() ?? 1)
    return Plot(
      title, x: PlotAxis("epoch", range: last > 1 ? 1...last : 0...2), y: PlotAxis(unit), series, width: 340,
      height: 250)
  }

  /// Which epochs belong to which stage, where there are several.
  private var stages: String? {
    guard let epochs = runs.first(where: { !$0.epochs.isEmpty })?.epochs else { return nil }
    var parts: [(name: String, first: Int, last: Int)] = []
    for (index, line) in epochs.enumerated() {
      if parts.last?.name == line.stage {
        parts[parts.count - 1].last = index + 1
      } else {
        parts.append((line.stage, index + 1, index + 1))
      }
    }
    guard parts.count > 1 else { return nil }
    let names = parts.map { "\($0.name) (epochs \($0.first) to \($0.last))" }
    return "Stages: \(names.joined(separator: ", "))."
  }
}
