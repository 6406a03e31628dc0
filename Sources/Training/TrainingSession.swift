import Archives
import Detection
import Foundation
import Images
import Kernels
import Logging
import Networks
import Tensors

/// How a training ended.
public enum TrainingOutcome: Sendable, Equatable {
  /// All stages are done.
  case completed
  /// It stopped on request, after a checkpoint from which it can be resumed.
  case interrupted
}

/// Takes a network through all stages of a run, with checkpoints, log and exact resumption.
public final class TrainingSession {
  /// What a session trains on.
  public struct Material {
    /// The images to learn.
    public let training: ImageSet

    /// Images that choose the best checkpoint; nil for none.
    public let validation: ImageSet?

    /// The same images in their own sizes, where training cuts its pictures out of them; nil where they are the same.
    public let whole: ImageSet?

    /// What is done to every training image.
    public let pipeline: PicturePipeline

    /// How images for evaluation are brought to the size of those for training.
    public let evaluationFit: PictureFit

    /// Outliers, for the stages whose method uses them; nil for none.
    public let auxiliary: AuxiliaryMaterial?

    /// Material of given parts.
    public init(
      training: ImageSet, whole: ImageSet? = nil, validation: ImageSet?, pipeline: PicturePipeline,
      evaluationFit: PictureFit = .exact,
      auxiliary: AuxiliaryMaterial? = nil
    ) {
      self.training = training
      self.whole = whole
      self.validation = validation
      self.pipeline = pipeline
      self.evaluationFit = evaluationFit
      self.auxiliary = auxiliary
    }
  }

  /// What identifies a run and where it is kept.
  public struct Identity: Sendable {
    /// What all random numbers follow from.
    public let seed: UInt64

    /// The hash of the resolved recipe.
    public let recipeHash: String

    /// The run's folder.
    public let folder: String

    /// After how many steps the log gets a line; 0 for after epochs only.
    public let logEvery: Int

    /// The identity of a run.
    public init(seed: UInt64, recipeHash: String, folder: String, logEvery: Int = 0) {
      self.seed = seed
      self.recipeHash = recipeHash
      self.folder = folder
      self.logEvery = logEvery
    }
  }

  /// Makes the method of a stage; tests put in one that is on no list.
  package typealias MethodMaker = (MethodChoice, TaskFacts) throws -> any TrainingMethod

  /// What is measured after an epoch, for its log line; nil for nothing.
  public typealias Evaluation = (TrainingPosition) throws -> RunLog.Evaluation?

  /// How well a score tells validation pictures from validation outliers at the moment.
  public typealias OutlierValidation = (ScoreChoice) throws -> OutlierFigures

  let network: Network
  let material: Material
  let identity: Identity
  let evaluator: Evaluator
  let observer: any TrainingObserver
  let logger: Logger
  let evaluation: Evaluation?
  let outlierValidation: OutlierValidation?
  private let profile: OperationProfile?
  private let stages: [Stage]
  let arena: Arena
  private let precision: ElementType
  private let makeMethod: MethodMaker

  /// Where the loss of the stage before was to settle.
  private(set) var floor: Double?

  /// The run's checkpoints.
  public let checkpoints: CheckpointFolder

  /// Where the run stands.
  public private(set) var position = TrainingPosition()

  /// A session that trains `network` in place, with activations of that precision.
  ///
  /// To a profile, the time of every step is added by operation; it is no part of what is resumed. Without
  /// `outlierValidation` nothing is chosen by outliers: there are no trials and no best epoch by them.
  public convenience init(
    network: Network, stages: [Stage], material: Material, identity: Identity, arena: Arena,
    precision: ElementType = .float32, observer: any TrainingObserver,
    logger: Logger = Logger(label: "limen.training"), evaluation: Evaluation? = nil,
    outlierValidation: OutlierValidation? = nil, profile: OperationProfile? = nil
  ) {
    self.init(
      network: network, stages: stages, material: material, identity: identity, arena: arena,
      precision: precision, observer: observer, logger: logger, evaluation: evaluation,
      outlierValidation: outlierValidation, profile: profile
    ) { try $0.method(for: $1) }
  }

  /// A session whose methods `makeMethod` makes.
  package init(
    network: Network, stages: [Stage], material: Material, identity: Identity, arena: Arena,
    precision: ElementType = .float32, observer: any TrainingObserver,
    logger: Logger = Logger(label: "limen.training"), evaluation: Evaluation? = nil,
    outlierValidation: OutlierValidation? = nil, profile: OperationProfile? = nil,
    makeMethod: @escaping MethodMaker
  ) {
    self.makeMethod = makeMethod
    self.profile = profile
    self.logger = logger
    self.network = network
    self.stages = stages
    self.material = material
    self.identity = identity
    self.arena = arena
    self.precision = precision
    self.observer = observer
    self.evaluation = evaluation
    self.outlierValidation = outlierValidation
    evaluator = Evaluator(
      network: network, normalization: material.pipeline.normalization, fit: material.evaluationFit,
      arena: arena)
    checkpoints = CheckpointFolder(path: identity.folder + "/checkpoints")
  }

  /// Trains to the end, or until the observer wants an interruption.
  ///
  /// With `resuming`, continues from the last checkpoint if there is one, bit for bit as if the run had
  /// never stopped. Throws `Divergence` if training diverges, `FileError` for trouble with files.
  public func run(resuming: Bool) throws -> TrainingOutcome {
    try FileManager.default.createDirectory(atPath: identity.folder, withIntermediateDirectories: true)
    let saved = resuming ? try savedState() : nil
    let log = try RunLog(path: identity.folder + "/log.jsonl", continuingAt: saved?.logLength ?? 0)
    if log.isShort {
      logger.warning("\(identity.folder)/log.jsonl lost lines that were written before the checkpoint")
    }
    observer.didOpenLog(at: identity.folder + "/log.jsonl")
    if let saved {
      position = saved.position
    }
    var isResumed = saved != nil
    do {
      while position.stage < stages.count {
        guard try runStage(log, isResumed: isResumed) == .completed else { return .interrupted }
        isResumed = false
        position.stage += 1
        position.epoch = 0
        position.step = 0
        position.best = nil
      }
    } catch let divergence as Divergence {
      throw divergence.keeping(
        checkpoints.contains(CheckpointFolder.last) ? checkpoints.weights(CheckpointFolder.last) : nil)
    }
    return .completed
  }

  /// The stage at `position`, from there to its end.
  private func runStage(_ log: RunLog, isResumed: Bool) throws -> TrainingOutcome {
    let stage = stages[position.stage]
    let resources = StageResources(
      network: network, evaluator: evaluator, material: material, stage: stage, seed: identity.seed,
      arena: arena, earlierFloor: isResumed ? nil : try earlierFloor(stage))
    let firstEpoch = stages[..<position.stage].reduce(0) { $0 + $1.epochs }
    var method = try isResumed ? resumedMethod(stage) : startedMethod(stage, resources)
    if !isResumed {
      // What an interrupted trial found is lost, so there is nothing to save.
      guard try runTrials(of: &method, stage, resources, firstEpoch: firstEpoch) == .completed else {
        return .interrupted
      }
    }
    let optimizer = makeOptimizer(stage)
    let average = makeAverage(stage)
    if isResumed { try restore(optimizer, average) }
    let loader = try makeLoader(method, stage)
    try check(loader, stage)
    // A frozen backbone is not to pass the same pictures after every epoch.
    let validation =
      method.trainsOnFeatures ? try material.validation.map { try evaluator.features(of: $0) } : nil
    let step = makeStep(method, stage, optimizer, profile: profile)
    let trainer = Trainer(stage: stage, step: step, loader: loader, firstEpoch: firstEpoch, resources)
    let run = StageRun(
      self, stage, optimizer, average: average, log, batchCount: loader.batchCount, firstEpoch: firstEpoch,
      validation: validation)
    let outcome = try trainer.train(&position, delegate: run)
    if outcome == .interrupted { try run.interrupt(at: position, trainer.methodState) }
    average?.settle()
    floor = MeasuredFloor.value(in: trainer.methodState)
    return outcome
  }

  /// An optimizer of what is not frozen.
  func makeOptimizer(_ stage: Stage) -> any Optimizer {
    stage.optimizer.optimizer(for: network.namedParameters().filter { !$0.parameter.isFrozen })
  }

  /// An average that has seen nothing yet, if the stage averages.
  func makeAverage(_ stage: Stage) -> WeightAverage? {
    stage.average.map {
      WeightAverage($0, of: network, batchSize: stage.batchSize, epochs: stage.epochs)
    }
  }

  func makeStep(
    _ method: any TrainingMethod, _ stage: Stage, _ optimizer: any Optimizer, profile: OperationProfile?
  ) -> TrainingStep {
    TrainingStep(
      network: network, method: method, optimizer: optimizer, clipping: stage.clipping,
      pieceCount: stage.pieceCount, arena: arena, precision: precision, seed: identity.seed, profile: profile)
  }

  /// What a method trains on; the features of one that trains on those are computed here, from the weights there are.
  func makeLoader(_ method: any TrainingMethod, _ stage: Stage) throws -> TrainingLoader {
    if method.trainsOnFeatures {
      return try TrainingLoader(
        evaluator.features(of: material.training), of: material.training, fraction: method.featureFraction,
        stage, seed: identity.seed)
    }
    return TrainingLoader(
      material, stage, views: method.views, usesAuxiliary: method.usesAuxiliary,
      seed: identity.seed)
  }

  /// The method of a stage that begins, and the network with the weights and heads it begins with.
  private func startedMethod(_ stage: Stage, _ resources: StageResources) throws -> any TrainingMethod {
    var method = try method(of: stage)
    // A stage that cannot begin is to be refused before anything changes.
    guard stage.head != .kept || method.logitCount == network.logitCount else {
      throw TrainingError(
        "stage \(stage.name): the method needs \(method.logitCount) logits, the network has \(network.logitCount); "
          + "head: fresh or head: zero gives it a new last layer")
    }
    if case .file(let path) = stage.start {
      let file = try WeightsFile.open(path)
      network.makeRoom(forMasksIn: file, method, in: arena)
      try StateDict.load(file, into: network, stage.head == .kept ? .network : .backbone)
    }
    if stage.head != .kept {
      network.replaceClassifier(
        logitCount: method.logitCount, startsAsZero: stage.head == .zero, stage: position.stage,
        seed: identity.seed, in: arena)
    }
    network.arrange(for: &method, stage: position.stage, seed: identity.seed, in: arena)
    try method.stageWillStart(resources)
    return method
  }

  /// The method of a stage that goes on, and the network as the last checkpoint has it.
  private func resumedMethod(_ stage: Stage) throws -> any TrainingMethod {
    var method = try method(of: stage)
    if method.logitCount != network.logitCount {
      network.replaceClassifier(
        logitCount: method.logitCount, startsAsZero: false, stage: position.stage, seed: identity.seed,
        in: arena)
    }
    network.arrange(for: &method, stage: position.stage, seed: identity.seed, in: arena)
    try StateDict.load(checkpoints.readWeights(CheckpointFolder.last), into: network)
    if let state = try checkpoints.readMethod(CheckpointFolder.last) { try method.restore(state) }
    return method
  }

  private func method(of stage: Stage) throws -> any TrainingMethod {
    try makeMethod(stage.method, TaskFacts(of: material.training, auxiliary: material.auxiliary?.images))
  }
}
