import Detection
import Plots
import Training

/// How well outliers were told apart while the network learned, where the recipe measures it after every few epochs.
struct DetectionCoursePart: ReportPart {
  let runs: [ReportedRun]

  var title: String { "Detection while learning" }
  var anchor: StaticString { "detection-course" }

  func content(at place: ReportPlace) -> HTML? {
    let plots = plots
    guard !plots.isEmpty else { return nil }
    return HTML(.div) {
      HTML(.div, .class("plots")) {
        for (index, plot) in plots.enumerated() { place.plot(plot, "course\(index)") }
      }
      HTML(.p, .class("note")) {
        "Measured on the sets of the tables, so nothing may be chosen by these curves. FPR95 is fpr95_id."
      }
    }
  }

  /// AUROC and FPR95 of every score on average, then near and far of the deciding score.
  var plots: [Plot] {
    let names = runs.first?.scores.map(\.description) ?? []
    let verdict = runs.first?.verdict
    return [("auroc", "AUROC"), ("fpr95_id", "FPR95")].flatMap { metric, title in
      let average = names.flatMap { name in lines(name, name, "average", metric) }
      let parts =
        (verdict.map { name in
          ["near", "far"].flatMap { lines($0, name, $0, metric) }
        }) ?? []
      return [
        plot("\(title), average of the sets", title, average),
        plot("\(title) of \(verdict ?? ""), near and far", title, parts),
      ].compactMap { $0 }
    }
  }

  private func lines(_ label: String, _ score: String, _ row: String, _ metric: String) -> [PlotSeries] {
    runs.compactMap { run in
      let points = run.epochs.enumerated().compactMap { index, line in
        line.evaluation?[score]?[row]?[metric].map { PlotPoint(Double(index + 1), $0) }
      }
      guard !points.isEmpty else { return nil }
      return PlotSeries(runs.count == 1 ? label : "\(label), seed \(run.recipe.seed)", points)
    }
  }

  private func plot(_ title: String, _ unit: String, _ series: [PlotSeries]) -> Plot? {
    guard !series.isEmpty else { return nil }
    let last = Double(runs.map(\.epochs.count).max() ?? 1)
    return Plot(
      title, x: PlotAxis("epoch", range: last > 1 ? 1...last : 0...2), y: PlotAxis(unit), series, width: 340,
      height: 250)
  }
}
