import Detection
import Kernels
import Networks
import Training

/// One whole experiment: data, network, stages of training and evaluation.
///
/// A recipe is read strictly: unknown keys, wrong types and values out of range are reported all at once,
/// with file, line and key. What it leaves out has a default, and `resolved` shows everything.
public struct Recipe: Sendable, Equatable {
  /// The experiment's name, and that of its folder in `runs`.
  public let name: String

  /// Which pictures are used.
  public let data: DataRecipe

  /// Which network is trained.
  public let network: NetworkChoice

  /// The stages of training, at least one.
  public let stages: [Stage]

  /// What is measured.
  public let evaluate: EvaluateRecipe

  /// What is asked of the trained network beyond its scores.
  let analyses: [AnalysisChoice]

  /// The number format of activations in training.
  public let precision: ElementType

  /// What all random numbers of a run follow from.
  public let seed: Int

  /// Threads that compute, nil for one a core; changes time, not results.
  public let threads: Int?

  /// After how many steps the log gets a line; 0: after epochs only.
  public let logEvery: Int

  /// The complete recipe: every key in a fixed order, defaults filled in.
  public private(set) var resolved: RecipeValue

  /// 16 hexadecimal digits that stand for the experiment.
  ///
  /// Covers the resolved recipe except what changes no result or belongs to one run only: name, seed,
  /// threads, the memory for pictures, and how often checkpoints and log lines are written. Runs of several seeds share
  /// it.
  public var hash: String { Self.hash(of: resolved) }

  /// The hash of a resolved recipe.
  static func hash(of resolved: RecipeValue) -> String {
    resolved.removing { path in
      let isCheckpoint = path.hasPrefix("stages.") && path.hasSuffix(".checkpoint")
      return ["name", "seed", "threads", "logEvery", "data.cache"].contains(path) || isCheckpoint
    }.fingerprint
  }

  /// The rows, the average and the figures of the tables.
  public var detectionProtocol: DetectionProtocol {
    get throws {
      let published = evaluate.detectionProtocol
      let hasList = (data.near + data.far).contains { $0.knownClasses != nil }
      return try DetectionProtocol(
        near: data.near.map(\.name), far: data.far.map(\.name),
        averageRule: published?.averageRule ?? .meanOfSets,
        convention: published?.convention ?? ReportingConvention(),
        countsKnownClasses: hasList || published?.countsKnownClasses == true)
    }
  }

  /// Reads a recipe; throws a `RecipeError` with everything that is wrong with it.
  public init(_ source: RecipeSource) throws(RecipeError) {
    let (recipe, resolved) = try source.addingSetsOfProtocol().read(Recipe.init(reading:))
    self = recipe
    self.resolved = resolved
  }

  /// Reads the recipe in the file at `path`, changed by `overrides`, each "path=value".
  public init(path: String, overrides: [String] = []) throws {
    try self.init(RecipeSource(path: path, overrides: overrides))
  }

  private init(reading reader: SectionReader) {
    name = reader.string("name")
    data = reader.section("data", DataRecipe.init(reading:))
    network = reader.choice("network", NetworkChoice.recipeChoices, family: NetworkChoice.recipeFamily)
    var index = 0
    var stageNames: [String] = []
    stages = reader.list("stages", minimumCount: 1) { value in
      defer { index += 1 }
      return value.section { section in
        let stage = Stage(reading: section, index: index)
        if stageNames.contains(stage.name) {
          section.report("'\(stage.name)' is the name of a stage before", at: "name")
        }
        stageNames.append(stage.name)
        return stage
      }
    }
    evaluate = reader.section("evaluate", EvaluateRecipe.init(reading:))
    analyses = AnalysisChoice.list(reading: reader, key: "analyses")
    let changesViews = data.augmentations.contains { $0.stage != .geometry }
    if stages.contains(where: { $0.method.name == "augMix" }), reader.isSound("data"), !changesViews {
      reader.report(
        "the method augMix compares changed views of a picture, but data.augment has crops and flips at most",
        at: "stages")
    }
    precision = reader.word("precision", default: .float32)
    seed = reader.integer("seed", default: 0, in: .atLeast(0))
    threads = reader.optionalInteger("threads", in: .between(1, and: 4_096))
    logEvery = reader.integer("logEvery", default: 0, in: .atLeast(0))
    resolved = .null

    checkChoices(reader)
    if let published = evaluate.detectionProtocol, published.averageRule == .meanOfNearAndFar,
      data.near.isEmpty || data.far.isEmpty
    {
      reader.report(
        "\(published.name) averages near and far sets, so data.near and data.far must both have some",
        at: "evaluate")
    }
    if reader.isSound("name"), !Self.canNameFolder(name) {
      reader.report(
        "must be usable as a folder's name: letters, digits, '-', '_' and '.', a letter or digit first",
        at: "name")
    }
  }

  private static func canNameFolder(_ name: String) -> Bool {
    guard let first = name.first, first.isLetter || first.isNumber else { return false }
    return name.allSatisfy { $0.isLetter || $0.isNumber || "-_.".contains($0) }
  }
}

extension RecipeSource {
  /// The recipe with the sets of its protocol, if it names a protocol and no sets of its own.
  fileprivate func addingSetsOfProtocol() -> RecipeSource {
    guard let name = text("protocol", of: "evaluate"),
      let published = try? ProtocolLibrary.located().named(name)
    else { return self }
    return adding([("near", published.near), ("far", published.far)], to: "data")
  }
}
