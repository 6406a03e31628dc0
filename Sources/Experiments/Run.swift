import Archives
import Detection
import Foundation
import Images
import Kernels
import Networks
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
    guard recipe.precision == .float32 else {
      throw TrainingError(
        "precision: bfloat16 is not available yet; set it to float32 (--precision float32)")
    }
    self.recipe = recipe
    self.store = store
    self.folder = folder
  }

  /// Opens the data, trains all stages and evaluates; writes the run folder as it goes.
  ///
  /// With `resuming`, continues from the last checkpoint; without, an earlier run of the same recipe and
  /// seed is set aside and `notice` says where.
  public func execute(
    resuming: Bool, observer: any TrainingObserver, notice: @escaping (String) -> Void
  ) throws -> Outcome {
    let data = try ExperimentData(recipe.data, store: store, seed: UInt64(recipe.seed))
    for note in data.notes { notice("note: \(note)") }
    if !resuming, let earlier = try folder.setAside() {
      notice("an earlier run was moved to \(earlier); --resume would have continued it")
    }
    try folder.create()
    try AtomicFile.write(recipe.resolved.yaml, to: folder.recipe)
    let arena = Arena()
    let network = makeNetwork(data, arena)
    let session = makeSession(network, data, arena, observer)
    guard try session.run(resuming: resuming) == .completed else {
      try environment(session.position.seconds, arena).write(to: folder.environment)
      return .interrupted
    }
    let results = try evaluate(network, data, arena, checkpoint: CheckpointFolder.last, notice)
    try environment(session.position.seconds, arena).write(to: folder.environment)
    return .completed(results)
  }

  private func makeNetwork(_ data: ExperimentData, _ arena: Arena) -> Network {
    recipe.network.network(
      logitCount: data.training.classNames.count, seed: UInt64(recipe.seed), arena: arena)
  }

  private func makeSession(
    _ network: Network, _ data: ExperimentData, _ arena: Arena, _ observer: any TrainingObserver
  ) -> TrainingSession {
    let every = recipe.evaluate.every
    let recipe = recipe
    return TrainingSession(
      network: network, stages: recipe.stages,
      material: TrainingSession.Material(
        training: data.training, validation: data.validation,
        augmentations: recipe.data.augmentations.map(\.augmentation), normalization: data.normalization),
      identity: TrainingSession.Identity(
        seed: UInt64(recipe.seed), recipeHash: recipe.hash, folder: folder.path, logEvery: recipe.logEvery),
      arena: arena, observer: observer,
      evaluation: { position in
        guard every > 0, (position.epoch + 1) % every == 0 else { return nil }
        let evaluation = Evaluation(recipe, data: data, network: network, arena: arena)
        return Evaluation.logged(try evaluation.outcome(writingTo: nil).results)
      })
  }

  private func evaluate(
    _ network: Network, _ data: ExperimentData, _ arena: Arena, checkpoint: String,
    _ notice: (String) -> Void
  ) throws -> RunResults {
    let evaluation = Evaluation(recipe, data: data, network: network, arena: arena)
    let outcome = try evaluation.outcome(writingTo: folder) { notice("evaluating \($0)") }
    var encodings = [recipe.data.train.name: data.training.encoding.rawValue]
    encodings[recipe.data.test.name] = data.test.encoding.rawValue
    for (name, set) in data.outliers { encodings[name] = set.encoding.rawValue }
    let results = RunResults(
      detection: outcome.results, recipe: recipe.name, seed: recipe.seed, checkpoint: checkpoint,
      encodings: encodings, notes: data.notes + outcome.notes)
    try results.write(to: folder.results)
    return results
  }

  private func environment(_ trainingSeconds: Double, _ arena: Arena) -> RunEnvironment {
    RunEnvironment(
      version: RunEnvironment.version, commit: RunEnvironment.commit, kernels: KernelTable.current.name,
      threads: Parallel.threadCount, precision: recipe.precision.rawValue, trainingSeconds: trainingSeconds,
      wallSeconds: Date().timeIntervalSince(start), peakMemoryBytes: RunEnvironment.peakMemoryBytes,
      peakTensorBytes: arena.peakByteCount)
  }
}

extension Run {
  /// A finished or unfinished run in a folder, to be evaluated again.
  ///
  /// `overrides` may change the section `evaluate`, which no weights depend on, and nothing else.
  public convenience init(in folder: RunFolder, store: DataStore, overrides: [String] = []) throws {
    guard folder.isTaken else {
      throw FileError(folder.path, "holds no run: there is no recipe.yaml in it")
    }
    for override in overrides where !override.hasPrefix("evaluate.") {
      throw TrainingError("--set \(override): a trained run can be changed below evaluate only")
    }
    let source = try RecipeSource(path: folder.recipe, overrides: overrides)
    // The kept recipe spells out the verdict that followed from its own scores; where other scores leave it
    // out, it follows from them.
    let recipe = try (try? Recipe(source)) ?? Recipe(source.leavingOut("verdict", of: "evaluate"))
    try self.init(recipe, store: store, at: folder)
  }

  /// Scores a checkpoint of the run again without training: "last", "best", "epoch-0005" or a file of weights.
  public func evaluate(checkpoint: String, notice: (String) -> Void) throws -> RunResults {
    let data = try ExperimentData(recipe.data, store: store, seed: UInt64(recipe.seed))
    let arena = Arena()
    let network = makeNetwork(data, arena)
    let checkpoints = CheckpointFolder(path: folder.checkpoints)
    if checkpoints.contains(checkpoint) {
      try StateDict.load(checkpoints.readWeights(checkpoint), into: network)
    } else {
      guard FileManager.default.fileExists(atPath: checkpoint) else {
        throw FileError(
          checkpoints.path, "there is no checkpoint called “\(checkpoint)”, and no file of weights is either")
      }
      try StateDict.load(SafeTensorsFile(checkpoint), into: network)
    }
    return try evaluate(network, data, arena, checkpoint: checkpoint, notice)
  }

  /// Trains a few batches to see that everything fits, and estimates the run's cost; leaves no file behind.
  public func rehearse() throws -> Rehearsal {
    let data = try ExperimentData(recipe.data, store: store, seed: UInt64(recipe.seed))
    let arena = Arena()
    let network = makeNetwork(data, arena)
    return try Rehearsal(recipe, data: data, network: network, arena: arena)
  }
}
