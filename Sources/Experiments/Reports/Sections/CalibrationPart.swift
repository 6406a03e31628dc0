import Detection
import Plots

/// Whether the network is as often right as it is sure.
struct CalibrationPart: ReportPart {
  let material: ReportMaterial

  var title: String { "Calibration" }
  var anchor: StaticString { "calibration" }

  func content(at place: ReportPlace) -> HTML? {
    guard let tables = material.tables, let calibration = try? Calibration(of: tables.inliers),
      calibration.expectedError.isFinite
    else { return nil }
    return HTML(.div) {
      HTML(.div, .class("plots")) {
        place.plot(reliability(calibration), "reliability")
        place.plot(confidences(calibration), "confidence")
      }
      HTML(.p, .class("note")) {
        "Expected calibration error \(FigureText.percent(calibration.expectedError)) %: how far the accuracy of each "
          + "of 15 bins lies from its mean confidence, weighed by its images. Confidence is the probability of the "
          + "predicted class."
      }
    }
  }

  private func edge(_ index: Int, _ calibration: Calibration) -> Double {
    Double(index) / Double(calibration.bins.count)
  }

  private func reliability(_ calibration: Calibration) -> Plot {
    let bins = calibration.bins
    let heights = bins.map { $0.count > 0 ? $0.accuracy : 0 }
    let steps = (heights + heights.suffix(1)).enumerated().map { PlotPoint(edge($0, calibration), $1) }
    return Plot(
      "Reliability", x: PlotAxis("confidence", range: 0...1), y: PlotAxis("accuracy", range: 0...1),
      [
        PlotSeries("accuracy", steps, style: .steps),
        PlotSeries("as sure as right", [PlotPoint(0, 0), PlotPoint(1, 1)], style: .reference),
      ], width: 340, height: 280)
  }

  private func confidences(_ calibration: Calibration) -> Plot {
    let bins = calibration.bins
    let total = Double(max(bins.reduce(0) { $0 + $1.count }, 1))
    let shares = bins.map { Double($0.count) / total }
    let steps = (shares + shares.suffix(1)).enumerated().map { PlotPoint(edge($0, calibration), $1) }
    return Plot(
      "How sure the network is", x: PlotAxis("confidence", range: 0...1), y: PlotAxis("share of test images"),
      [PlotSeries("", steps, style: .steps)], width: 340, height: 280)
  }
}
