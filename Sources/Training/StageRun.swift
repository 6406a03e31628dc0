import Archives
import Images
import Kernels
import Networks
import Tensors

/// One stage being run: what happens around the loop.
final class StageRun: TrainerDelegate {
  private let session: TrainingSession
  private let stage: Stage
  private let optimizer: any Optimizer
  private let average: WeightAverage?
  private let log: RunLog
  private let batchCount: Int
  private let firstEpoch: Int
  private let validation: CachedFeatures?
  private var isBest = false

  /// `firstEpoch` counts the epochs of all stages before; `validation` are the features of the validation images where
  /// the backbone does not change.
  init(
    _ session: TrainingSession, _ stage: Stage, _ optimizer: any Optimizer, average: WeightAverage?,
    _ log: RunLog, batchCount: Int, firstEpoch: Int,
    validation: CachedFeatures?
  ) {
    self.session = session
    self.stage = stage
    self.optimizer = optimizer
    self.average = average
    self.log = log
    self.batchCount = batchCount
    self.firstEpoch = firstEpoch
    self.validation = validation
  }

  var wantsInterruption: Bool { session.observer.wantsInterruption }

  func didStep(_ position: TrainingPosition, learningRate: Double) throws {
    average?.didStep(position.step - 1, isWarmingUp: stage.schedule.isWarmingUp(inEpoch: position.epoch))
    session.observer.didStep(
      StepReport(
        stage: stage.name, position: position, epochs: stage.epochs, batchCount: batchCount,
        learningRate: learningRate))
    let every = session.identity.logEvery
    if every > 0, position.step % every == 0 {
      try append(line(position, learningRate, endsEpoch: false))
    }
  }

  func didFinishEpoch(_ position: inout TrainingPosition, learningRate: Double) throws {
    try checkValues(position)
    var line = line(position, learningRate, endsEpoch: true)
    if session.network.classifies, let pictures = session.material.validation {
      let accuracy = try averaged {
        try validation?.accuracy(of: session.network, in: session.arena)
          ?? session.evaluator.accuracy(on: pictures)
      }
      line.validationAccuracy = accuracy
      if stage.best.criterion == .accuracy { note(accuracy, &position) }
    }
    if case .outliers(let criterion) = stage.best.criterion, let validate = session.outlierValidation {
      let figures = try averaged { try validate(criterion.score) }
      line.outlierValidation = figures.logged
      note(criterion.value(of: figures), &position)
    }
    line.evaluation = try averaged { try session.evaluation?(position) }
    try append(line)
    session.observer.didFinishEpoch(line)
  }

  private func append(_ line: RunLog.Line) throws {
    try log.append(line)
    session.observer.didAppend(line)
  }

  /// Remembers the epoch if its figure is the best so far.
  private func note(_ value: Double, _ position: inout TrainingPosition) {
    isBest = stage.best.isBetter(value, than: position.best)
    if isBest { position.best = BestEpoch(epoch: position.epoch, value: value) }
  }

  func didSettle(_ position: TrainingPosition, _ methodState: [NamedArray]) throws {
    var names: [String] = []
    if isBest { names.append(CheckpointFolder.best) }
    if stage.checkpointEvery > 0, position.epoch % stage.checkpointEvery == 0 {
      names.append(CheckpointFolder.name(afterEpoch: firstEpoch + position.epoch - 1))
    }
    isBest = false
    // The last one last: whoever resumes from it finds the others there.
    for name in names + [CheckpointFolder.last] { try save(name, position, methodState) }
  }

  /// What `body` finds while the network holds the averaged weights, if there are any.
  private func averaged<Result>(_ body: () throws -> Result) rethrows -> Result {
    guard let average else { return try body() }
    return try average.applied(body)
  }

  /// Saves where an interruption stopped the stage, if the values there are finite.
  func interrupt(at position: TrainingPosition, _ methodState: [NamedArray]) throws {
    try checkValues(position)
    try save(CheckpointFolder.last, position, methodState)
  }

  /// Writes a checkpoint of the present state; the log is on disk before it.
  private func save(_ name: String, _ position: TrainingPosition, _ methodState: [NamedArray]) throws {
    try log.synchronize()
    try session.checkpoints.write(
      name, weights: averaged { StateDict.arrays(of: session.network) },
      trained: average.map { _ in StateDict.arrays(of: session.network) }, optimizer: optimizer.state,
      method: methodState,
      state: CheckpointState(
        position: position, seed: session.identity.seed, recipeHash: session.identity.recipeHash,
        optimizer: stage.optimizer.name, kernels: KernelTable.current.name, logLength: log.length))
  }

  /// A step can end with values that are not finite though its loss was: they must not become a checkpoint.
  private func checkValues(_ position: TrainingPosition) throws {
    for leaf in session.network.leaves {
      let (name, value): (String, Tensor)
      switch leaf {
      case .parameter(let full, let parameter): (name, value) = (full, parameter.value)
      case .buffer(let full, let buffer): (name, value) = (full, buffer.value)
      case .counter, .layer: continue
      }
      guard !value.isFinite else { continue }
      throw Divergence(
        finding: .value(name), stage: stage.name, epoch: position.epoch + 1, step: position.step,
        lastGood: nil)
    }
  }

  private func line(_ position: TrainingPosition, _ learningRate: Double, endsEpoch: Bool) -> RunLog.Line {
    RunLog.Line(
      stage: stage.name, epoch: position.epoch + 1, step: position.step, learningRate: learningRate,
      loss: position.progress.loss, accuracy: session.network.classifies ? position.progress.accuracy : nil,
      reports: position.progress.reports.isEmpty ? nil : position.progress.reports.mapValues(\.value),
      validationAccuracy: nil,
      imagesPerSecond: position.progress.imagesPerSecond, endsEpoch: endsEpoch, evaluation: nil)
  }
}
