import Detection
import Plots

/// What each score measures: a table by set, how its values are distributed, and ROC.
struct ScoresPart: ReportPart {
  let material: ReportMaterial

  private var run: ReportedRun { material.run }

  var title: String { "Scores" }
  var anchor: StaticString { "scores" }

  func content(at place: ReportPlace) -> HTML? {
    guard let results = run.results, let detectionProtocol = try? run.recipe.detectionProtocol,
      !detectionProtocol.sets.isEmpty
    else { return nil }
    return HTML(.div) {
      HTML(.p) {
        "Larger scores always mean more in-distribution. The deciding score is open, the others unfold."
      }
      for (index, choice) in run.scoresByWeight.enumerated() {
        if let score = results.detection.scores[choice.description] {
          details(
            choice.description, score, detectionProtocol, isOpen: index == 0, at: place.below("score\(index)")
          )
        }
      }
      allFigures(results)
    }
  }

  private func details(
    _ name: String, _ score: ScoreResults, _ detectionProtocol: DetectionProtocol, isOpen: Bool,
    at place: ReportPlace
  ) -> HTML {
    HTML(.details, .class("score"), isOpen ? .isOpen : nil) {
      HTML(.summary) {
        HTML(.heading(place.level)) { name }
        HTML(.span, .class("gist")) { gist(score, detectionProtocol) }
      }
      let samples = material.tables?.samples[name] ?? []
      HTML(.div, .class("beside")) {
        table(name, score, detectionProtocol)
        if let inliers = samples.first {
          if let curve = curve(name, inliers, Array(samples.dropFirst())) { place.plot(curve, "roc") }
        }
      }
      if let inliers = samples.first, samples.count > 1 {
        distributions(name, inliers, Array(samples.dropFirst()), score, at: place)
      }
    }
  }

  /// The gist of a score for its line: near, far and average AUROC, and FPR95.
  private func gist(_ score: ScoreResults, _ detectionProtocol: DetectionProtocol) -> String {
    let variant = detectionProtocol.convention.falsePositiveRate
    let parts = [
      ("AUROC near", score.near.auroc), ("far", score.far.auroc), ("average", score.average.auroc),
      ("FPR95", score.average[keyPath: variant.figure]),
    ].filter { $0.1.isFinite }
    return parts.map { "\($0.0) \(FigureText.percent($0.1))" }.joined(separator: " · ")
  }

  private func table(
    _ name: String, _ score: ScoreResults, _ detectionProtocol: DetectionProtocol
  ) -> HTML {
    let content = DetectionTable(score, score: name, under: detectionProtocol)
    var table = ReportTable("\(name) by set", columns: content.columns)
    for row in content.rows {
      let kind: ReportTable.Kind =
        row[0] == "average" ? .total : ["near mean", "far mean"].contains(row[0]) ? .mean : .plain
      table.append(row[0], Array(row.dropFirst()), kind)
    }
    return HTML(.div, .class("measured")) {
      table.html
      HTML(.p, .class("note")) { content.captions.joined(separator: " ") }
      if let search = run.results?.searches[name] {
        HTML(.p, .class("note")) {
          "\(search.chosen) was chosen on \(search.inliers) and \(search.outliers)."
        }
      }
      HTML(.p, .class("note")) {
        "An image is accepted from a score of \(FigureText.significant(score.threshold95.value)) on, which accepts 95 % of "
          + "the \(score.threshold95.source.rawValue) images."
      }
    }
  }

  /// All nine figures of every score and set, folded away.
  private func allFigures(_ results: RunResults) -> HTML {
    let keys = MetricFigures.keys
    var table = ReportTable(
      "Every figure in percent, under its name in results.json", columns: ["score, set"] + keys.map(\.name))
    for choice in run.scoresByWeight {
      guard let score = results.detection.scores[choice.description] else { continue }
      func row(_ name: String, _ figures: MetricFigures, _ kind: ReportTable.Kind) {
        table.append(
          "\(choice.description), \(name)", keys.map { FigureText.percent(figures[keyPath: $0.figure]) },
          kind)
      }
      let sets = (run.recipe.data.near + run.recipe.data.far).map(\.name)
      for set in sets { if let metrics = score.sets[set] { row(set, metrics.figures, .plain) } }
      row("near", score.near, .mean)
      row("far", score.far, .mean)
      row("average", score.average, .total)
    }
    return HTML(.details, .class("quiet")) {
      HTML(.summary) { "All figures of all scores" }
      table.html
    }
  }

  /// ROC of all sets in one picture.
  private func curve(_ name: String, _ inliers: SampleScores, _ outliers: [SampleScores]) -> Plot? {
    let lines = outliers.compactMap { set -> PlotSeries? in
      guard
        let curve = try? DetectionCurve(inlierScores: inliers.values, outlierScores: set.values),
        !curve.points.isEmpty
      else { return nil }
      let points = curve.points.map { PlotPoint($0.falsePositiveRate, $0.recall) }
      // A thousandth of the axes is less than half a pixel.
      return PlotSeries(set.set, PathThinning.simplified(points, tolerance: 0.001))
    }
    guard !lines.isEmpty else { return nil }
    return Plot(
      "ROC of \(name), ID positive",
      x: PlotAxis("false positive rate (share of OOD accepted)", range: 0...1),
      y: PlotAxis("true positive rate (share of ID accepted)", range: 0...1),
      [PlotSeries("chance", [PlotPoint(0, 0), PlotPoint(1, 1)], style: .reference)] + lines, width: 420,
      height: 400)
  }

  /// One picture a set: its distribution beside that of the test set, and the threshold.
  private func distributions(
    _ name: String, _ inliers: SampleScores, _ outliers: [SampleScores], _ score: ScoreResults,
    at place: ReportPlace
  ) -> HTML? {
    guard let shared = try? ScoreHistogram([inliers.values] + outliers.map(\.values), binCount: 40),
      let first = shared.edges.first, let last = shared.edges.last
    else { return nil }
    let top = Self.top(shared)
    func steps(_ densities: [Double]) -> PlotSeries {
      // The last height once more, for the right edge of the last bin.
      PlotSeries(
        "", zip(shared.edges, densities + densities.suffix(1)).map { PlotPoint($0, $1) }, style: .steps)
    }
    let threshold = score.threshold95.value
    let marks =
      threshold.isFinite && (first...last).contains(threshold)
      ? [PlotSeries("", [PlotPoint(threshold, 0), PlotPoint(threshold, top.height)], style: .reference)] : []
    return HTML(.div) {
      HTML(.p, .class("note")) {
        "Distributions of \(name): the solid line is \(inliers.set), the dashed one the set named above; the thin line is "
          + "the threshold that accepts 95 %."
        if top.cuts { " Bins that are much higher than all others are cut off." }
      }
      HTML(.div, .class("plots small")) {
        for (index, set) in outliers.enumerated() {
          place.plot(
            Plot(
              set.set, x: PlotAxis("score \(name)", range: first...last),
              y: PlotAxis("density", range: 0...top.height),
              [steps(shared.densities[0]), steps(shared.densities[index + 1])] + marks, width: 300,
              height: 190),
            "histogram\(index)")
        }
      }
    }
  }

  /// How high the frame of distributions is: as the highest bin, unless it would press all others to the ground.
  static func top(_ histogram: ScoreHistogram) -> (height: Double, cuts: Bool) {
    let heights = histogram.densities.flatMap { $0 }.sorted(by: >)
    guard let highest = heights.first, highest > 0 else { return (1, false) }
    // One bin in fifty may be cut off.
    let ordinary = heights[heights.count / 50]
    return ordinary > 0 && highest > 3 * ordinary ? (1.5 * ordinary, true) : (1.04 * highest, false)
  }
}
