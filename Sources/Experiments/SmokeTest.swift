import Archives
import Detection
import Foundation
import Images
import Logging
import Networks
import Tensors
import Training

/// A recipe's whole course in seconds: every stage, score and analysis, in a few steps on drawn pictures.
///
/// It tells whether a recipe runs, and nothing about what it reaches. Methods, optimizers, schedules, scores and
/// analyses are the recipe's own; data sets are replaced by the embedded one, files of weights by fresh weights, what
/// counts pictures or epochs is small, and residual and dense networks are narrow.
public struct SmokeTest {
  /// How a test ended.
  public struct Outcome: Sendable, Codable, Equatable {
    /// The recipe's name.
    public let recipe: String

    /// Steps taken in all stages.
    public let steps: Int

    /// Seconds it took.
    public let seconds: Double
  }

  private let recipe: Recipe
  private let store: DataStore

  /// A test of a recipe as it is decoded; takes what sets it needs from `store`.
  public init(_ recipe: Recipe, store: DataStore) {
    self.recipe = recipe
    self.store = store
  }

  /// Runs everything in a folder below another one that is gone afterwards; throws what a run throws.
  public func run(below parent: String = NSTemporaryDirectory(), logger: Logger) throws -> Outcome {
    let start = Date()
    let folder = "\(parent)/limen-smoke-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let small = try smallRecipe(weightsIn: folder)
    let counter = SmokeCounter()
    let outcome = try Run(small, store: store, out: folder)
      .execute(resuming: false, observer: counter, logger: logger)
    guard case .completed(let results) = outcome else {
      preconditionFailure("nobody interrupts a smoke test")
    }
    for (score, figures) in results.detection.scores
    where !figures.sets.isEmpty && !figures.average.auroc.isFinite {
      throw TrainingError("the AUROC of \(score) is not a number")
    }
    return Outcome(
      recipe: recipe.name, steps: counter.count, seconds: Date().timeIntervalSince(start))
  }

  /// The recipe with small numbers and drawn pictures; its files of weights are made in `folder`.
  func smallRecipe(weightsIn folder: String) throws -> Recipe {
    var changes = dataChanges + networkChanges + ["evaluate.batchSize=32", "logEvery=1"]
    if recipe.evaluate.every > 0 { changes.append("evaluate.every=1") }
    for (index, stage) in recipe.stages.enumerated() {
      changes += stageChanges(stage, at: "stages.\(index)")
    }
    for (index, analysis) in recipe.analyses.enumerated() {
      changes += analysisChanges(analysis, at: "analyses.\(index)")
    }
    let trimmed = try Recipe(source(changes))
    changes = try weightChanges(trimmed, folder)
    return try Recipe(RecipeSource(file: recipe.name, text: trimmed.resolved.yaml, overrides: changes))
  }

  /// The recipe with everything spelled out, so that every path of a change is there.
  private func source(_ changes: [String]) throws -> RecipeSource {
    try RecipeSource(file: recipe.name, text: recipe.resolved.yaml, overrides: changes)
  }

  private var networkChanges: [String] {
    guard case .map(let networks) = recipe.resolved["network"] else { return [] }
    return networks.compactMap { network in
      guard case .map(let settings) = network.value else { return nil }
      let narrow = ["width": 8, "growth": 4].first { key, _ in settings.contains { $0.key == key } }
      return narrow.map { key, value in "network.\(network.key).\(key)=\(value)" }
    }
  }

  private var dataChanges: [String] {
    let data = recipe.data
    let tail = data.train.selection.longTail == nil ? "" : ", longTail: {ratio: 2}"
    var changes = [
      "data.train={set: synthetic, count: 60\(tail)}", "data.test={set: synthetic, count: 20}",
    ]
    if data.validation != nil { changes.append("data.validation={fraction: 0.2}") }
    if !data.near.isEmpty { changes.append("data.near=[{set: synthetic-unseen, count: 10}]") }
    if !data.far.isEmpty {
      changes.append("data.far=[{set: synthetic-noise, count: 10}, {set: synthetic-strokes, count: 10}]")
    }
    if data.outlierValidation != nil {
      changes.append("data.oodValidation={set: synthetic-gradients, count: 20}")
    }
    if data.size != nil { changes.append("data.size.size=32") }
    guard let auxiliary = data.auxiliary, case .set = auxiliary.source else { return changes }
    var entries = [
      RecipeValue.Entry("set", .string("synthetic-textures")), RecipeValue.Entry("count", .int(30)),
    ]
    // How outliers are paired stays, how many there are in a step follows from the smaller batches.
    for key in ["ratio", "pairing", "order", "augment"] {
      if let value = recipe.resolved["data.auxiliary.\(key)"] {
        entries.append(RecipeValue.Entry(key, value))
      }
    }
    return changes + ["data.auxiliary=\(RecipeValue.map(entries).inline)"]
  }

  private func stageChanges(_ stage: Stage, at path: String) -> [String] {
    var changes = ["\(path).epochs=2", "\(path).batchSize=8", "\(path).checkpoint.every=1"]
    if stage.schedule.warmUp != nil, case .map(let schedule)? = recipe.resolved["\(path).schedule"] {
      changes += schedule.map { "\(path).schedule.\($0.key).warmup.epochs=1" }
    }
    let method = "\(path).method.\(stage.method.name)"
    if recipe.resolved["\(method).floor.chosen"] != nil { changes.append("\(method).floor.chosen.epochs=1") }
    if recipe.resolved["\(method).floor.measured"] != nil {
      changes.append("\(method).floor.measured.draws=1")
    }
    if case .string("previous")? = recipe.resolved["\(method).floor"] {
      // Fresh weights come from no run that had a floor.
      changes.append("\(method).floor={at: {loss: 1}}")
    }
    switch stage.method {
    case .mos(let settings) where settings.grouping != .flat:
      // The drawn set has no customary groups.
      changes.append("\(method).grouping={random: {count: 2}}")
    case .npos:
      changes += ["startEpoch=1", "queue=4"].map { "\(method).\($0)" }
      changes += ["neighbour=3", "boundary=8", "candidates=20", "kept=5"].map { "\(method).outliers.\($0)" }
    default: break
    }
    return changes
  }

  private func analysisChanges(_ analysis: AnalysisChoice, at path: String) -> [String] {
    switch analysis {
    case .lossRanking: ["\(path).lossRanking.count=5"]
    case .maskedLoss: ["shares=[0.5, 1]", "draws=1", "pictures=8"].map { "\(path).maskedLoss.\($0)" }
    default: []
    }
  }

  /// Fresh weights in the place of files that the recipe takes from elsewhere.
  private func weightChanges(_ small: Recipe, _ folder: String) throws -> [String] {
    let facts = try ExperimentData(small.data, store: store, seed: UInt64(small.seed)).facts
    func weights(_ logitCount: Int) throws -> String {
      let path = "\(folder)/fresh-\(logitCount).safetensors"
      let network = small.network.network(logitCount: logitCount, seed: 1, arena: Arena())
      try SafeTensors.write(StateDict.arrays(of: network), metadata: ["format": "pt"], to: path)
      return path
    }
    var changes: [String] = []
    for (index, stage) in small.stages.enumerated() {
      let method = try stage.method.method(for: facts)
      let wantsFile = stage.start != .current || (index == 0 && method.trainsOnFeatures)
      guard wantsFile else { continue }
      let count = stage.head == .kept ? method.logitCount : facts.classCount
      changes.append("stages.\(index).from=\(try weights(count))")
    }
    for (index, analysis) in small.analyses.enumerated() {
      guard case .relativeDecrement = analysis else { continue }
      changes.append("analyses.\(index).relativeDecrement.reference=\(try weights(facts.classCount))")
    }
    return changes
  }
}

/// Counts steps.
private final class SmokeCounter: TrainingObserver {
  private(set) var count = 0

  var wantsInterruption: Bool { false }

  func didStep(_ report: StepReport) { count += 1 }

  func didFinishEpoch(_ line: RunLog.Line) {}
}
