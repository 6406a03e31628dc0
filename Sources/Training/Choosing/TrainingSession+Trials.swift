import Archives
import Kernels
import Logging
import Networks
import Tensors

extension TrainingSession {
  /// Trains a method's trials and lets it conclude from them; afterwards the network is what it was before.
  ///
  /// Without outliers to validate with nothing is tried. Nothing of an interrupted trial is kept: a resumed run tries
  /// again, and arrives at the same.
  func runTrials(
    of method: inout any TrainingMethod, _ stage: Stage, _ resources: StageResources, firstEpoch: Int
  ) throws -> TrainingOutcome {
    guard let outlierValidation, let trials = method.trials else { return .completed }
    let start = NetworkSnapshot(of: network)
    defer { start.restore() }
    let short = stage.lasting(trials.epochs)
    var figures: [Double] = []
    for variant in trials.methods {
      start.restore()
      let watch = TrialWatch(observer, average: makeAverage(short), short)
      guard try train(variant, short, resources, firstEpoch: firstEpoch, watch) == .completed else {
        return .interrupted
      }
      let figure = try watch.averaged {
        trials.criterion.value(of: try outlierValidation(trials.criterion.score))
      }
      figures.append(figure)
      logger.notice(
        "stage \(stage.name): trial \(figures.count) of \(trials.methods.count), \(trials.epochs) epochs: \(trials.criterion.figure.rawValue) \(figure)"
      )
    }
    method.conclude(from: figures)
    return .completed
  }

  private func train(
    _ method: any TrainingMethod, _ stage: Stage, _ resources: StageResources, firstEpoch: Int,
    _ watch: TrialWatch
  ) throws -> TrainingOutcome {
    let loader = try makeLoader(method, stage)
    try check(loader, stage)
    let step = makeStep(method, stage, makeOptimizer(stage), profile: nil)
    var trial = TrainingPosition()
    trial.stage = position.stage
    return try Trainer(stage: stage, step: step, loader: loader, firstEpoch: firstEpoch, resources)
      .train(&trial, delegate: watch)
  }
}

/// Watches a trial, of which nobody is told.
private final class TrialWatch: TrainerDelegate {
  private let observer: any TrainingObserver
  private let average: WeightAverage?
  private let stage: Stage

  init(_ observer: any TrainingObserver, average: WeightAverage?, _ stage: Stage) {
    self.observer = observer
    self.average = average
    self.stage = stage
  }

  var wantsInterruption: Bool { observer.wantsInterruption }

  func didStep(_ position: TrainingPosition, learningRate: Double) {
    average?.didStep(position.step - 1, isWarmingUp: stage.schedule.isWarmingUp(inEpoch: position.epoch))
  }

  func didFinishEpoch(_ position: inout TrainingPosition, learningRate: Double) {}

  func didSettle(_ position: TrainingPosition, _ methodState: [NamedArray]) {}

  /// What `body` finds while the network holds the averaged weights, if there are any.
  func averaged<Result>(_ body: () throws -> Result) rethrows -> Result {
    guard let average else { return try body() }
    return try average.applied(body)
  }
}
