/// Several settings of one score, of which validation images choose one.
///
/// The best is the one with the largest AUROC of in-distribution validation images against out-of-distribution
/// validation images, of equal ones the first; never the images that are measured. OpenOOD takes the last of equal
/// ones.
public struct ScoreSearch: Sendable, Hashable, CustomStringConvertible {
  /// The values of one setting that are tried.
  public struct Axis: Sendable, Hashable {
    /// The setting.
    public let key: String

    /// Its values, as they are written.
    public let values: [String]

    /// A setting and its values.
    public init(_ key: String, _ values: [String]) {
      self.key = key
      self.values = values.map { text in Double(text).map(ScoreArguments.text) ?? text }
    }
  }

  /// The settings that are tried, in order; at least one.
  public let candidates: [ScoreChoice]

  /// The search as it is written in commands and as the key of its results: `knn:k=10/50`.
  public let description: String

  /// The search over all combinations of the axes' values, the last axis fastest; throws `ScoreError` if a value is
  /// refused.
  ///
  /// An axis of one value is a setting that is not searched.
  public init(of name: String, over axes: [Axis]) throws {
    guard axes.allSatisfy({ !$0.values.isEmpty }) else {
      throw ScoreError(score: name, problem: "a setting that is searched needs values")
    }
    let combinations = axes.reduce([[String]]([[]])) { combinations, axis in
      combinations.flatMap { combination in axis.values.map { combination + ["\(axis.key)=\($0)"] } }
    }
    candidates = try combinations.map { combination in
      try ScoreChoice(parsing: combination.isEmpty ? name : "\(name):\(combination.joined(separator: ","))")
    }
    let searched = axes.filter { $0.values.count > 1 }
    let fixed = candidates[0].score.settings.arguments.filter { argument in
      !searched.contains { argument.hasPrefix("\($0.key)=") }
    }
    let lists = searched.map { "\($0.key)=\($0.values.joined(separator: "/"))" }
    description = ([name] + [(fixed + lists).joined(separator: ",")]).filter { !$0.isEmpty }.joined(
      separator: ":")
  }

  /// The search over the score's own grid, save for what `fixed` says.
  public init(ofGridOf name: String, fixed: [Axis] = []) throws {
    let grid = try ScoreChoice.searchGrid(of: name) ?? []
    guard !grid.isEmpty else {
      throw ScoreError(score: name, problem: "there is nothing to search unless values are listed")
    }
    let open = grid.filter { axis in !fixed.contains { $0.key == axis.key } }
    try self.init(of: name, over: fixed + open.map { Axis($0.key, $0.values) })
  }

  /// The settings in the grid of the score of that name.
  public static func gridKeys(of name: String) -> [String] {
    ((try? ScoreChoice.searchGrid(of: name)) ?? []).map(\.key)
  }

  /// The search written as a score's settings, nil if they ask for none.
  init?(of name: String, writtenAs settings: [String]) throws {
    var wantsGrid = false
    var axes: [Axis] = []
    for setting in settings {
      let parts = setting.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { return nil }
      if parts[0] == "search" {
        guard parts[1] == "true" else {
          throw ScoreError(score: name, problem: "search is \"\(parts[1])\", expected true")
        }
        wantsGrid = true
      } else {
        axes.append(Axis(parts[0], parts[1].split(separator: "/").map(String.init)))
      }
    }
    guard wantsGrid || axes.contains(where: { $0.values.count > 1 }) else { return nil }
    if wantsGrid { try self.init(ofGridOf: name, fixed: axes) } else { try self.init(of: name, over: axes) }
  }

  /// Fits every candidate and keeps the best; throws `ScoreError` if there are no images to choose by.
  public func fitted(
    on tables: FittingTables, images: [String: any ScoredImages] = [:]
  ) throws -> FittedScore {
    guard let inliers = tables.validation, let outliers = tables.outliers else {
      let missing = tables.validation == nil ? "in-distribution" : "out-of-distribution"
      throw ScoreError(
        score: description, problem: "a search needs \(missing) validation images, and there are none")
    }
    var best: (auroc: Double, fitted: FittedScore)?
    var aurocs: [ScoreSearchOutcome.Candidate] = []
    for candidate in candidates {
      let fitted = try candidate.fitted(on: tables, images: images)
      let auroc = try OODMetrics(
        inlierScores: try fitted.scores(of: inliers, images: images[inliers.name]),
        outlierScores: try fitted.scores(of: outliers, images: images[outliers.name])
      ).auroc
      aurocs.append(ScoreSearchOutcome.Candidate(score: candidate.description, auroc: auroc))
      // An AUROC of no images is not a number, and no better than anything.
      if best == nil || auroc > (best?.auroc ?? -1) { best = (auroc, fitted) }
    }
    guard let best else {
      throw ScoreError(score: description, problem: "a search needs candidates")
    }
    let outcome = ScoreSearchOutcome(
      chosen: best.fitted.choice.description, inliers: inliers.name, outliers: outliers.name,
      candidates: aurocs)
    return FittedScore(best.fitted, chosenBy: outcome, notes: best.fitted.notes)
  }
}
