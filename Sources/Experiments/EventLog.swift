import Archives
import Foundation
import Logging
import Training

/// Tells TensorBoard what the log tells: an observer beside another one.
///
/// Lines that close an epoch become scalars below `epoch/`, those of `logEvery` scalars below `step/`: loss,
/// accuracy, learning rate, validation, what the method reports and what was measured. Steps count through all stages.
public final class EventLog: TrainingObserver {
  private let folder: String
  private let other: any TrainingObserver
  private let logger: Logger
  private var file: EventFile?
  private var counter = StepCounter()

  /// Writes into `folder` and passes on to `other` what it observes.
  public init(in folder: String, beside other: any TrainingObserver, logger: Logger) {
    self.folder = folder
    self.other = other
    self.logger = logger
  }

  /// The folder of a run below that of all runs, named as TensorBoard shows it.
  public static func folder(of recipe: Recipe, below folder: String) -> String {
    RunFolder(of: recipe, below: folder).path
  }

  /// What `other` wants.
  public var wantsInterruption: Bool { other.wantsInterruption }

  /// Passes it on.
  public func didStep(_ report: StepReport) { other.didStep(report) }

  /// Passes it on.
  public func didFinishEpoch(_ line: RunLog.Line) { other.didFinishEpoch(line) }

  /// Begins a file of events that holds from where the log ends; earlier lines are told if no file told them yet.
  public func didOpenLog(at path: String) {
    other.didOpenLog(at: path)
    counter = StepCounter()
    attempt {
      let lines = try RunLog.lines(at: path)
      let steps = lines.map { counter.step(of: $0) }
      let isFirst = !EventFile.exists(in: folder)
      file = try EventFile(in: folder, from: isFirst ? 0 : (steps.last ?? -1) + 1)
      guard isFirst else { return }
      for (line, step) in zip(lines, steps) { try file?.append(Self.scalars(of: line), step: step) }
    }
  }

  /// Adds the line's numbers.
  public func didAppend(_ line: RunLog.Line) {
    other.didAppend(line)
    let step = counter.step(of: line)
    attempt { try file?.append(Self.scalars(of: line), step: step) }
  }

  /// A viewer that sees nothing more is no reason to stop a training.
  private func attempt(_ body: () throws -> Void) {
    do {
      try body()
    } catch {
      logger.warning("nothing more is written for TensorBoard: \(error)")
      file = nil
    }
  }

  /// The numbers of a line by their tags.
  static func scalars(of line: RunLog.Line) -> [String: Float] {
    var numbers: [String: Double?] = [
      "loss": line.loss, "accuracy": line.accuracy, "learningRate": line.learningRate,
      "imagesPerSecond": line.imagesPerSecond, "validationAccuracy": line.validationAccuracy,
    ]
    for (name, value) in line.reports ?? [:] { numbers["reports/\(name)"] = value }
    for (name, value) in line.outlierValidation ?? [:] { numbers["outlierValidation/\(name)"] = value }
    for (score, rows) in line.evaluation ?? [:] {
      for (row, metrics) in rows {
        for (metric, value) in metrics { numbers["evaluation/\(score)/\(row)/\(metric)"] = value }
      }
    }
    let kind = line.endsEpoch ? "epoch" : "step"
    return Dictionary(
      uniqueKeysWithValues: numbers.compactMap { tag, value in
        value.map { ("\(kind)/\(tag)", Float($0)) }
      })
  }
}

/// Counts steps through all stages, where each line counts those of its own.
private struct StepCounter {
  private var stage: String?
  private var before = 0
  private var last = 0

  /// The steps of the run at a line that follows those before.
  mutating func step(of line: RunLog.Line) -> Int {
    if let stage, stage != line.stage { before += last }
    stage = line.stage
    last = line.step
    return before + line.step
  }
}
