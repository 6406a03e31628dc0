import Detection
import Foundation
import Training

/// Tells on standard error how training goes: one line that is rewritten on a terminal, one line an epoch
/// elsewhere.
final class Progress: TrainingObserver {
  private let isQuiet: Bool
  private var lastUpdate = Date.distantPast
  private var epochs = 0

  init(isQuiet: Bool) {
    self.isQuiet = isQuiet
  }

  var wantsInterruption: Bool { Interruption.isRequested }

  func didStep(_ report: StepReport) {
    epochs = report.epochs
    guard !isQuiet, StatusLine.isTerminal, Date().timeIntervalSince(lastUpdate) > 0.2 else { return }
    lastUpdate = Date()
    let position = report.position
    let progress = position.progress
    StatusLine.rewrite(
      "\(report.stage) \(position.epoch + 1)/\(report.epochs)  batch \(position.batch)/\(report.batchCount)"
        + String(
          format: "  loss %.4f  accuracy %.3f  %.0f images/s", progress.loss, progress.accuracy,
          progress.imagesPerSecond)
        + "  \(FigureText.duration(report.remainingSeconds)) left")
  }

  func didFinishEpoch(_ line: RunLog.Line) {
    guard !isQuiet else { return }
    var text =
      "\(line.stage) \(line.epoch)/\(epochs)"
      + String(
        format: "  loss %.4f", line.loss)
      + (line.accuracy.map { String(format: "  accuracy %.3f", $0) } ?? "")
      + String(format: "  rate %.2g  %.0f images/s", line.learningRate, line.imagesPerSecond)
    if let validation = line.validationAccuracy { text += String(format: "  validation %.4f", validation) }
    if let outliers = line.outlierValidation?["fpr95_id"] {
      text += String(format: "  FPR95 of validation %.4f", outliers)
    }
    if let test = line.evaluation?["accuracy"]?["test"]?["accuracy"] {
      text += String(format: "  test %.4f", test)
    }
    StatusLine.say(text)
  }
}
