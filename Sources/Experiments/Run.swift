import Archives
import Detection
import Foundation
import Images
import Kernels
import Logging
import Networks
import Plots
import Tensors
import Training

/// One experiment being carried out: data, network, stages, evaluation, run folder.
public final class Run {
  /// How a run ended.
  public enum Outcome: Sendable {
    /// Trained and evaluated.
    case completed(RunResults)
    /// Stopped on request; `--resume` continues it.
    case interrupted
  }

  /// The experiment.
  public let recipe: Recipe

  /// Where it is kept.
  public let folder: RunFolder

  private let store: DataStore
  private let start = Date()

  /// A run of a recipe, kept below `out`.
  ///
  /// Throws a `TrainingError` if the recipe asks for something this program does not have.
  public convenience init(_ recipe: Recipe, store: DataStore, out: String = "runs") throws {
    try self.init(recipe, store: store, at: RunFolder(of: recipe, below: out))
  }

  private init(_ recipe: Recipe, store: DataStore, at folder: RunFolder) throws {
    // Better now than after hours of training.
    try recipe.checkPlan(store)
    self.recipe = recipe
    self.store = store
    self.folder = folder
  }

  /// Opens the data, trains all stages and evaluates; writes the run folder as it goes.
  ///
  /// With `resuming`, continues from the last checkpoint; without, an earlier run of the same recipe and
  /// seed is set aside and the log says where. No two programs can train in one folder.
  ///
  /// With a profile, the time of every step is added to it, and it is written into the run folder.
  public func execute(
    resuming: Bool, observer: any TrainingObserver, logger: Logger, profile: OperationProfile? = nil
  ) throws -> Outcome {
    let data = try ExperimentData(
      recipe.data, store: store, seed: UInt64(recipe.seed),
      normalization: resuming ? NormalizationFile.read(folder.normalization) : nil)
    for note in data.notes { logger.warning("\(note)") }
    let arena = Arena()
    let network = try makeNetwork(data, arena, stage: 0)
    // A later stage's method might refuse the data after hours of training.
    for stage in recipe.stages { _ = try stage.method.method(for: data.facts) }
    let (lock, earlier) = try claim(resuming: resuming, logger)
    defer { withExtendedLifetime(lock) {} }
    try AtomicFile.write(recipe.resolved.yaml, to: folder.recipe)
    try NormalizationFile.write(data.normalization, to: folder.normalization)
    let session = makeSession(network, data, arena, observer, logger, profile)
    let outcome: TrainingOutcome
    do {
      outcome = try session.run(resuming: resuming)
    } catch {
      folder.takeBack(restoring: earlier)
      throw error
    }
    if let profile, profile.stepCount > 0 { try ProfileReport(profile).write(to: folder.profile) }
    var costs: [String: ScoreCost]?
    defer { try? environment(session.position.seconds, arena, costs).write(to: folder.environment) }
    guard outcome == .completed else { return .interrupted }
    if recipe.evaluate.checkpoint == .best { try loadBest(into: network) }
    do {
      let results = try evaluate(network, data, arena, checkpoint: recipe.evaluate.checkpoint.rawValue) {
        work in
        if observer.wantsInterruption { throw EvaluationInterrupted() }
        logger.notice("evaluating \(work)")
      }
      costs = results.costs
      return .completed(results)
    } catch is EvaluationInterrupted {
      return .interrupted
    }
  }

  /// Gives the network, which the last stage left, the values of that stage's best epoch.
  private func loadBest(into network: Network) throws {
    let checkpoints = CheckpointFolder(path: folder.checkpoints)
    let best = CheckpointFolder.best
    guard checkpoints.contains(best),
      try checkpoints.readState(best).position.stage == recipe.stages.count - 1
    else {
      throw TrainingError(
        "evaluate.checkpoint: the last stage has no best epoch; a method without a classifier needs best: {by: auroc}"
      )
    }
    try StateDict.load(checkpoints.readWeights(best), into: network)
  }

  /// Makes the folder this program's, empty unless a run is to be resumed; tells where an earlier run went.
  private func claim(resuming: Bool, _ logger: Logger) throws -> (lock: RunLock, earlier: String?) {
    try folder.create()
    let lock = try RunLock(folder)
    guard !resuming, folder.isTaken, let earlier = try folder.setAside() else { return (lock, nil) }
    logger.notice("an earlier run was moved to \(earlier); --resume would have continued it")
    try folder.create()
    return (try RunLock(folder), earlier)
  }

  /// A fresh network with as many logits as a stage's method needs.
  private func makeNetwork(_ data: ExperimentData, _ arena: Arena, stage: Int) throws -> Network {
    let (network, training) = (recipe.network, data.training)
    guard min(training.height, training.width) >= network.minimumSide else {
      throw FileError(
        training.name,
        "has \(training.height)×\(training.width) pictures, \(network.name) needs at least "
          + "\(network.minimumSide)×\(network.minimumSide)")
    }
    let method = try recipe.stages[stage].method.method(for: data.facts)
    guard !method.trainsOnFeatures || stage > 0 || recipe.stages[0].start != .current else {
      throw TrainingError(
        "stages.0.from: \(recipe.stages[0].method.name) goes on from a trained network; give a file of weights, "
          + "such as --set stages.0.from=FILE")
    }
    return network.network(logitCount: method.logitCount, seed: UInt64(recipe.seed), arena: arena)
  }

  /// A network in the form in which a stage leaves it.
  private func makeTrainedNetwork(_ data: ExperimentData, _ arena: Arena, stage: Int) throws -> Network {
    let network = try makeNetwork(data, arena, stage: stage)
    var method = try recipe.stages[stage].method.method(for: data.facts)
    network.arrange(for: &method, stage: stage, seed: UInt64(recipe.seed), in: arena)
    return network
  }

  private func makeSession(
    _ network: Network, _ data: ExperimentData, _ arena: Arena, _ observer: any TrainingObserver,
    _ logger: Logger, _ profile: OperationProfile?
  ) -> TrainingSession {
    let every = recipe.evaluate.every
    let recipe = recipe
    return TrainingSession(
      network: network, stages: recipe.stages,
      material: TrainingSession.Material(
        training: data.training, whole: data.wholeTraining, validation: data.validation,
        pipeline: data.pipeline(for: recipe.data), auxiliary: data.auxiliary),
      identity: TrainingSession.Identity(
        seed: UInt64(recipe.seed), recipeHash: recipe.hash, folder: folder.path, logEvery: recipe.logEvery),
      arena: arena, precision: recipe.precision, observer: observer, logger: logger,
      evaluation: { position in
        guard every > 0, (position.epoch + 1) % every == 0 else { return nil }
        let evaluation = Evaluation(recipe, data: data, network: network, arena: arena)
        return Evaluation.logged(try evaluation.outcome(writingTo: nil).results)
      },
      outlierValidation: { score in
        try Evaluation(recipe, data: data, network: network, arena: arena).validation(of: score)
      }, profile: profile)
  }

  private func evaluate(
    _ network: Network, _ data: ExperimentData, _ arena: Arena, checkpoint: String,
    precision: ElementType = .float32, beforeEach: @escaping (_ set: String) throws -> Void
  ) throws -> RunResults {
    let evaluation = Evaluation(recipe, data: data, network: network, arena: arena, precision: precision)
    let unusual = precision == .float32 ? [] : ["evaluated with activations of \(precision.rawValue)"]
    let needsBank = recipe.analyses.contains { type(of: $0.analysis).needsBank }
    let tables = try evaluation.tables(writingTo: folder, needsBank: needsBank, progress: beforeEach)
    let outcome = try evaluation.outcome(of: tables)
    let before = try headBefore(checkpoint).map { head in
      RunResults.Before(
        detection: try evaluation.outcome(of: tables, with: head).results, weightNorm: head.meanWeightNorm,
        weightNormAfter: network.head.meanWeightNorm)
    }
    let representation = recipe.evaluate.representation ? try evaluation.representation(of: tables) : nil
    if let representation { try AtomicFile.write(representation.plot.svg, to: folder.normHistogram) }
    let subject = AnalysisSubject(
      folder: folder, recipe: recipe, data: data, network: network, evaluation: evaluation, tables: tables,
      arena: arena,
      precision: precision, progress: beforeEach)
    let results = RunResults(
      detection: outcome.results, recipe: recipe.name, seed: recipe.seed, checkpoint: checkpoint,
      verdict: recipe.evaluate.verdict, input: NetworkInput(data), encodings: data.encodings,
      notes: data.notes + unusual + outcome.notes, costs: outcome.costs, searches: outcome.searches,
      before: before, analyses: try analyze(subject), others: outcome.others, representation: representation,
      floor: try floorChoice(checkpoint))
    try results.write(to: folder.results)
    return results
  }

  /// The last layer as the last stage found it, if that was AugDelete and the checkpoint is of it.
  private func headBefore(_ checkpoint: String) throws -> ClassifierHead? {
    guard case .augDelete? = recipe.stages.last?.method else { return nil }
    let checkpoints = CheckpointFolder(path: folder.checkpoints)
    guard checkpoints.contains(checkpoint), let state = try checkpoints.readMethod(checkpoint) else {
      return nil
    }
    return try AugDeleteMethod.headBefore(in: state)
  }

  /// How the last stage chose its loss floor, if it did and the checkpoint is of it.
  private func floorChoice(_ checkpoint: String) throws -> FloorChoice? {
    let checkpoints = CheckpointFolder(path: folder.checkpoints)
    guard recipe.stages.last?.method.floorSearch != nil, checkpoints.contains(checkpoint),
      let state = try checkpoints.readMethod(checkpoint)
    else { return nil }
    return try FloorChoice(in: state)
  }

  /// Runs the recipe's analyses and writes a file of figures and a picture of each.
  private func analyze(_ subject: AnalysisSubject) throws -> [String: AnalysisFigure] {
    var figures: [String: AnalysisFigure] = [:]
    for choice in recipe.analyses {
      let outcome = try choice.analysis.outcome(for: subject)
      try outcome.write(choice.name, to: folder.analyses)
      figures[choice.name] = outcome.figures
    }
    return figures
  }

  private func environment(
    _ trainingSeconds: Double, _ arena: Arena, _ costs: [String: ScoreCost]?
  ) -> RunEnvironment {
    RunEnvironment(
      version: RunEnvironment.version, commit: RunEnvironment.commit, kernels: KernelTable.current.name,
      threads: Parallel.threadCount, precision: recipe.precision.rawValue, trainingSeconds: trainingSeconds,
      wallSeconds: Date().timeIntervalSince(start), peakMemoryBytes: RunEnvironment.peakMemoryBytes,
      peakTensorBytes: arena.peakByteCount, scores: costs)
  }
}

extension Run {
  /// A finished or unfinished run in a folder, to be evaluated again.
  ///
  /// `overrides` may change the sections `evaluate` and `analyses`, which no weights depend on, and nothing else.
  /// Throws a `FileError` if there is no run, a `TrainingError` or `RecipeError` for overrides that do not fit.
  public convenience init(in folder: RunFolder, store: DataStore, overrides: [String] = []) throws {
    try folder.requireRun()
    for override in overrides
    where !["evaluate.", "analyses.", "analyses="].contains(where: override.hasPrefix) {
      throw TrainingError("--set \(override): a trained run can be changed below evaluate and analyses only")
    }
    let source = try RecipeSource(path: folder.recipe, overrides: overrides)
    // The kept recipe spells out the verdict that followed from its own scores; where other scores leave it
    // out, it follows from them.
    let recipe = try (try? Recipe(source)) ?? Recipe(source.leavingOut("verdict", of: "evaluate"))
    try self.init(recipe, store: store, at: folder)
  }

  /// Scores a checkpoint of the run again without training: "last", "best", "epoch-0005" or a file of weights.
  ///
  /// The network has the heads and masks of the stage that the checkpoint is of, for a file those of the last one.
  /// Activations are float32, whatever they were in training, unless `precision` says otherwise.
  public func evaluate(
    checkpoint: String, precision: ElementType = .float32, logger: Logger
  ) throws -> RunResults {
    let data = try ExperimentData(
      recipe.data, store: store, seed: UInt64(recipe.seed),
      normalization: NormalizationFile.read(folder.normalization))
    let arena = Arena()
    let checkpoints = CheckpointFolder(path: folder.checkpoints)
    var stage = recipe.stages.count - 1
    let weights: any TensorFile
    if checkpoints.contains(checkpoint) {
      weights = try checkpoints.readWeights(checkpoint)
      stage = min(try checkpoints.readState(checkpoint).position.stage, stage)
    } else {
      guard FileManager.default.fileExists(atPath: checkpoint) else {
        throw FileError(
          checkpoints.path, "there is no checkpoint called '\(checkpoint)', and no file of weights is either")
      }
      weights = try WeightsFile.open(checkpoint)
    }
    let network = try makeTrainedNetwork(data, arena, stage: stage)
    // A file of weights without masks is evaluated as it is.
    if !StateDict.holdsMasks(weights) { network.removeMasks() }
    try StateDict.load(weights, into: network)
    let results = try evaluate(network, data, arena, checkpoint: checkpoint, precision: precision) {
      logger.notice("evaluating \($0)")
    }
    if var environment = RunEnvironment.read(folder.environment) {
      environment.scores = results.costs
      try environment.write(to: folder.environment)
    }
    return results
  }

  /// Trains a few batches to see that everything fits, and estimates the run's cost; leaves no file behind.
  ///
  /// With `profiles`, the estimate tells where the time of a step goes.
  public func rehearse(profiles: Bool = false) throws -> Rehearsal {
    let data = try ExperimentData(recipe.data, store: store, seed: UInt64(recipe.seed))
    let arena = Arena()
    let network = try makeNetwork(data, arena, stage: 0)
    return try Rehearsal(
      recipe, data: data, network: network, arena: arena, profile: profiles ? OperationProfile() : nil)
  }
}

/// The observer wanted an interruption between two sets.
private struct EvaluationInterrupted: Error {}
