import Detection
import Foundation
import Networks
import Training

/// The figures that are looked for first.
struct SummaryPart {
  let experiment: ReportExperiment

  /// Names and values in the order of their weight.
  var figures: [(name: String, value: String)] {
    var figures: [(String, String)] = []
    func append(_ name: String, _ figure: (RunResults) -> Double?) {
      guard !experiment.values(figure).isEmpty else { return }
      figures.append((name, experiment.percent(figure) + " %"))
    }
    append("accuracy") { $0.detection.accuracy }
    if let verdict = experiment.first.verdict {
      let variant =
        (try? experiment.first.recipe.detectionProtocol.convention.falsePositiveRate) ?? .inlierFirst
      append("AUROC near, \(verdict)") { $0.detection.scores[verdict]?.near.auroc }
      append("AUROC far, \(verdict)") { $0.detection.scores[verdict]?.far.auroc }
      append("FPR95, \(verdict)") { $0.detection.scores[verdict]?.average[keyPath: variant.figure] }
    }
    append("calibration error") { $0.detection.expectedCalibrationError }
    let seconds = experiment.runs.compactMap { $0.environment?.trainingSeconds }
    if !seconds.isEmpty {
      figures.append(("training", FigureText.duration(seconds.reduce(0, +) / Double(seconds.count))))
    }
    return figures
  }

  /// One line about what was trained and confronted with what.
  var about: String {
    let recipe = experiment.first.recipe
    let methods = recipe.stages.map { "\($0.method.name) for \($0.epochs) epoch\($0.epochs == 1 ? "" : "s")" }
    let outliers = (recipe.data.near + recipe.data.far).map(\.name)
    return
      "\(recipe.network.name) trained on \(recipe.data.train.name) by \(methods.joined(separator: ", then "))"
      + (outliers.isEmpty ? "" : "; confronted with \(outliers.joined(separator: ", "))") + "."
  }

  /// The element.
  var html: HTML {
    HTML(.div) {
      HTML(.p, .class("about")) { about }
      if !figures.isEmpty {
        HTML(.dl, .class("tiles")) {
          for (name, value) in figures {
            HTML(.div) {
              HTML(.dt) { name }
              HTML(.dd) { Self.parted(value) }
            }
          }
        }
      }
    }
  }

  /// A value whose deviation, if it has one, is set smaller.
  private static func parted(_ value: String) -> HTML {
    guard let sign = value.range(of: " ± ") else { return HTML(value) }
    return HTML(.span) {
      String(value[..<sign.lowerBound])
      HTML(.span, .class("deviation")) { String(value[sign.lowerBound...]) }
    }
  }
}
