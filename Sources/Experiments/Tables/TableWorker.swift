import Archives
import Detection
import Foundation
import Logging
import Training

/// Makes the runs that a table lacks, one after another, beside any number of other workers on this machine and others.
///
/// Every worker goes through the runs in order and claims one that is not finished, that nobody works on, and whose weights to
/// go on from are there. A run that was cut off continues from its last checkpoint. When all that is left is being worked
/// on, it waits, to take over what is given up. Where cells show scores that a run's recipe does not name, its last
/// weights are evaluated with them too, as by `limen evaluate`; only runs below the first folder are. A run that failed in
/// the hands of one worker is not tried by those that were there already, nor by others of its team; a worker that begins
/// later tries again.
public final class TableWorker {
  /// How a worker ended.
  public struct Outcome: Sendable {
    /// Whether it stopped because somebody asked for it.
    public let isInterrupted: Bool

    /// What could not be made, and why.
    public let failures: [(run: String, reason: String)]
  }

  private let plan: TablePlan
  private let folders: [RunFolder]
  private let addedScores: [[String]]
  private let store: DataStore
  private let out: String
  private let team: String?
  private let patience: Double
  private let onLoss: @Sendable (String) -> Void
  private var failures: [Int: String] = [:]

  /// The failures that there were when the team began.
  private let pastFailures: [RunClaim.Failure?]

  /// A worker for a plan whose runs are below `out`, new ones in the first of those folders.
  ///
  /// `team` is what workers that are started together have in common. `patience` is how long, in seconds, a worker of
  /// another machine may be silent before its run is taken over; `onLoss` is told on a thread of its own that this has
  /// happened to a run of this worker, and should end the process.
  public init(
    _ plan: TablePlan, out: [String], store: DataStore, team: String? = nil, patience: Double? = nil,
    onLoss: @escaping @Sendable (String) -> Void
  ) throws {
    self.plan = plan
    self.store = store
    self.team = team
    self.out = out.first ?? "runs"
    self.patience = patience ?? RunClaim.usualPatience
    self.onLoss = onLoss
    folders = try plan.folders(in: RunIndex(below: out), below: self.out)
    addedScores = plan.addedScores
    pastFailures = folders.map { folder in
      RunClaim.failure(of: folder).flatMap { team != nil && $0.team == team ? nil : $0 }
    }
  }

  /// Works until nothing is left to do, asking the observer whether to stop.
  ///
  /// `isBeginning` hears of each run before it begins.
  public func work(
    observer: any TrainingObserver, logger: Logger, isBeginning: (String) -> Void
  ) throws -> Outcome {
    var isWaiting = false
    while !observer.wantsInterruption {
      switch try next(isBeginning, observer, logger) {
      case .interrupted: return outcome(isInterrupted: true)
      case .worked: isWaiting = false
      case .nothing: return outcome(isInterrupted: false)
      case .wait:
        if !isWaiting { logger.notice("what is left is being worked on by others; waiting for it") }
        isWaiting = true
        Thread.sleep(forTimeInterval: min(2, patience / 10))
      }
    }
    return outcome(isInterrupted: true)
  }

  /// What could not be made since the worker began, by whomever, and why.
  public func failuresOfAll() -> [(run: String, reason: String)] {
    for index in plan.jobs.indices where failures[index] == nil && !isDone(index) {
      failures[index] = failure(of: index)
    }
    return outcome(isInterrupted: false).failures
  }

  /// Why a run cannot be made: it failed elsewhere, or what it goes on from did; nil if it can.
  private func failure(of index: Int) -> String? {
    if let failed = plan.jobs[index].dependencies.values.first(where: { failures[$0] != nil }) {
      return "goes on from \(plan.jobs[failed].title), which could not be made"
    }
    return RunClaim.failure(of: folders[index]).flatMap { $0 == pastFailures[index] ? nil : $0.reason }
  }

  private enum Turn {
    case worked, wait, nothing, interrupted
  }

  /// Makes the first run that can be made now.
  private func next(
    _ isBeginning: (String) -> Void, _ observer: any TrainingObserver, _ logger: Logger
  ) throws -> Turn {
    var mustWait = false
    for (index, job) in plan.jobs.enumerated() where failures[index] == nil && !isDone(index) {
      if let reason = failure(of: index) {
        failures[index] = reason
        continue
      }
      guard job.dependencies.values.allSatisfy({ folders[$0].isFinished }), let claim = try claim(index)
      else {
        mustWait = true
        continue
      }
      if isDone(index) {
        claim.finish()
        continue
      }
      isBeginning(job.title)
      return try make(index, claim, observer, logger)
    }
    return mustWait ? .wait : .nothing
  }

  /// Whether a run is finished and has the scores that the table shows.
  private func isDone(_ index: Int) -> Bool {
    let folder = folders[index]
    guard folder.isFinished else { return false }
    guard !addedScores[index].isEmpty, folder.path.hasPrefix(out + "/"),
      let results = try? JSONTree(contentsOf: folder.results)
    else { return true }
    return addedScores[index].allSatisfy { results[["scores", $0]] != nil }
  }

  /// Evaluates a finished run with the scores of its results and those that it lacks.
  private func addScores(_ index: Int, _ logger: Logger) throws {
    let folder = folders[index]
    let recipe = try Run(in: folder, store: store).recipe
    guard case .list(let own)? = recipe.resolved["evaluate.scores"] else { return }
    let names = Set(recipe.evaluate.scores.map(\.description))
    // What somebody evaluated the run with before stays.
    let results = try JSONTree(contentsOf: folder.results)[["scores"]]
    var others: [String] = []
    if case .map(let scores)? = results { others = scores.keys.filter { !names.contains($0) }.sorted() }
    let added = others + addedScores[index].filter { !others.contains($0) }
    let scores = (own.map(\.inline) + added.map(Self.inRecipe)).joined(separator: ", ")
    _ = try Run(in: folder, store: store, overrides: ["evaluate.scores=[\(scores)]"])
      .evaluate(checkpoint: recipe.evaluate.checkpoint.rawValue, logger: logger)
  }

  /// A score's name in results.json as recipes write it: "knn:k=10" as {knn: {k: 10}}.
  private static func inRecipe(_ name: String) -> String {
    let parts = name.split(separator: ":", maxSplits: 1)
    guard parts.count == 2 else { return name }
    let settings = parts[1].split(separator: ",").map { $0.replacing("=", with: ": ") }
    return "{\(parts[0]): {\(settings.joined(separator: ", "))}}"
  }

  /// Claims a run; nil if somebody works on it, with a claim or, as `limen train` does, without.
  private func claim(_ index: Int) throws -> RunClaim? {
    let folder = folders[index]
    if FileManager.default.fileExists(atPath: folder.path), (try? RunLock(folder)) == nil { return nil }
    let (title, onLoss) = (plan.jobs[index].title, onLoss)
    return try RunClaim.take(folder, after: pastFailures[index], team: team, patience: patience) {
      onLoss(title)
    }
  }

  private func make(
    _ index: Int, _ claim: RunClaim, _ observer: any TrainingObserver, _ logger: Logger
  ) throws -> Turn {
    do {
      if folders[index].isFinished {
        try addScores(index, logger)
        claim.finish()
        return .worked
      }
      let recipe = try plan.jobs[index].recipe(
        with: plan.jobs[index].dependencies.mapValues { folders[$0].path })
      let run = try Run(recipe, store: store, out: out)
      switch try run.execute(resuming: run.folder.isTaken, observer: observer, logger: logger) {
      case .completed:
        if !isDone(index) { try addScores(index, logger) }
        claim.finish()
        return .worked
      case .interrupted:
        try claim.release()
        return .interrupted
      }
    } catch {
      try claim.release(because: "\(error)")
      failures[index] = "\(error)"
      logger.error("\(plan.jobs[index].title): \(error)")
      return .worked
    }
  }

  private func outcome(isInterrupted: Bool) -> Outcome {
    Outcome(
      isInterrupted: isInterrupted,
      failures: failures.sorted { $0.key < $1.key }.map { (plan.jobs[$0.key].title, $0.value) })
  }
}
