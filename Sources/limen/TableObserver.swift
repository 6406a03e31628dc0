import Experiments
import Foundation
import Training

/// Tells how the runs of a table go: each run as `limen train` does, and how far the whole table is.
final class TableObserver: TrainingObserver {
  private let progress: TableProgress
  private let output: OutputOptions
  private let run: Progress
  private var lastTold = Date()

  init(_ progress: TableProgress, _ output: OutputOptions) {
    self.progress = progress
    self.output = output
    run = Progress(isQuiet: output.quiet)
  }

  var wantsInterruption: Bool { run.wantsInterruption }

  func didStep(_ report: StepReport) { run.didStep(report) }

  func didFinishEpoch(_ line: RunLog.Line) {
    run.didFinishEpoch(line)
    // Often enough for somebody who waits, seldom enough for a log.
    if Date().timeIntervalSince(lastTold) > 60 { tell("the table") }
  }

  /// Says how far the table is.
  func tell(_ what: String) {
    lastTold = Date()
    if !output.quiet { StatusLine.say("\(what) (\(TableRunning.text(progress)))") }
  }
}
