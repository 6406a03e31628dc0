import Detection

/// What AugDelete changed: the same features under the last layer before and after.
struct BeforePart: ReportPart {
  let run: ReportedRun

  var title: String { "Before and after AugDelete" }
  var anchor: StaticString { "before" }

  func content(at place: ReportPlace) -> HTML? {
    guard let results = run.results, let before = results.before else { return nil }
    var table = ReportTable(
      "Averages of the sets, in percent", columns: ["", "before", "after", "change in points"])
    func append(_ name: String, _ one: Double, _ other: Double) {
      table.append(
        name, [FigureText.percent(one), FigureText.percent(other), FigureText.points(other - one)])
    }
    append("accuracy", before.detection.accuracy, results.detection.accuracy)
    append(
      "expected calibration error", before.detection.expectedCalibrationError,
      results.detection.expectedCalibrationError)
    let variant =
      (try? run.recipe.detectionProtocol.convention.falsePositiveRate) ?? .inlierFirst
    for choice in run.scoresByWeight {
      guard let one = before.detection.scores[choice.description],
        let other = results.detection.scores[choice.description]
      else { continue }
      append("AUROC of \(choice.description)", one.average.auroc, other.average.auroc)
      append(
        "FPR95 of \(choice.description)", one.average[keyPath: variant.figure],
        other.average[keyPath: variant.figure])
    }
    return HTML(.div) {
      table.html
      HTML(.p, .class("note")) {
        "FPR95 is \(variant.rawValue). The mean length of a class's weights went from "
          + "\(FigureText.decimals(before.weightNorm, 4)) to \(FigureText.decimals(before.weightNormAfter, 4))."
      }
    }
  }
}
