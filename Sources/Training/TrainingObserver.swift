/// What a session tells while it trains, and asks.
public protocol TrainingObserver: AnyObject {
  /// Called after each step.
  func didStep(_ report: StepReport)

  /// Called before the first step; the log at that path has lines already if the run is resumed.
  func didOpenLog(at path: String)

  /// Called with every line that the log gets, of steps and of epochs.
  func didAppend(_ line: RunLog.Line)

  /// Called with the log line of each finished epoch.
  func didFinishEpoch(_ line: RunLog.Line)

  /// Whether the run is to be interrupted; asked after each step.
  var wantsInterruption: Bool { get }
}

extension TrainingObserver {
  /// Nothing to do.
  public func didOpenLog(at path: String) {}

  /// Nothing to do.
  public func didAppend(_ line: RunLog.Line) {}
}

/// Where a stage stands after a step.
public struct StepReport: Sendable {
  /// The stage's name.
  public let stage: String

  /// The position, whose `progress` covers the epoch so far.
  public let position: TrainingPosition

  /// Epochs of the stage.
  public let epochs: Int

  /// Batches of an epoch.
  public let batchCount: Int

  /// The learning rate of the step.
  public let learningRate: Double

  /// Seconds until the end of the stage at the present rate.
  public var remainingSeconds: Double {
    let batches = (epochs - position.epoch) * batchCount - position.batch
    return Double(batches) * position.progress.seconds / Double(max(position.batch, 1))
  }
}
