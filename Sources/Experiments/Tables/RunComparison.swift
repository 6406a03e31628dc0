import Archives
import Detection
import Foundation

/// A table of runs that were given as folders: a row a recipe and score, seeds together.
public enum RunComparison {
  /// The table of the finished runs in folders, each a run's or one above some.
  ///
  /// Columns are accuracy, AUROC and the false positive rate over near sets, far sets and on average. Recipes of one name
  /// are told apart by what differs in them. Throws a `FileError` for a folder without a finished run.
  public static func table(of folders: [String]) throws -> ResultTable {
    var groups: [(recipe: Recipe, runs: [RunResults])] = []
    for folder in folders {
      for run in try finishedRuns(in: folder) {
        let recipe = try Recipe(path: run.recipe)
        let results = try RunResults(contentsOf: run.results)
        if let index = groups.firstIndex(where: { $0.recipe.hash == recipe.hash }) {
          if !groups[index].runs.contains(where: { $0.seed == results.seed }) {
            groups[index].runs.append(results)
          }
        } else {
          groups.append((recipe, [results]))
        }
      }
    }
    let names = try self.names(of: groups.map(\.recipe))
    var rows: [ResultTable.Row] = []
    for (name, group) in zip(names, groups) {
      for score in group.recipe.evaluate.scores.map(\.description) {
        let measured = group.runs.compactMap { run in
          run.detection.scores[score].map { (run.detection.accuracy, $0) }
        }
        guard !measured.isEmpty else { continue }
        func cell(_ figure: (Double, ScoreResults) -> Double) -> ResultTable.Cell {
          ResultTable.Cell(values: measured.map { figure($0.0, $0.1) * 100 }.filter(\.isFinite))
        }
        rows.append(
          ResultTable.Row(
            name: "\(name), \(score)",
            cells: [cell { accuracy, _ in accuracy }]
              + [\ScoreResults.near, \.far, \.average].map { part in cell { $1[keyPath: part].auroc } }
              + [\ScoreResults.near, \.far, \.average].map { part in cell { $1[keyPath: part].fpr95ID } }))
      }
    }
    let parts = ["near", "far", "average"]
    let columns =
      [ResultTable.Column(title: "accuracy", metric: "accuracy", over: nil, isPercent: true)]
      + parts.map { ResultTable.Column(title: "AUROC \($0)", metric: "auroc", over: $0, isPercent: true) }
      + parts.map { ResultTable.Column(title: "FPR95 \($0)", metric: "fpr95_id", over: $0, isPercent: true) }
    return ResultTable(
      name: "runs", title: "\(groups.reduce(0) { $0 + $1.runs.count }) runs", captions: captions(groups),
      columns: columns, rows: rows, baseline: nil, command: nil,
      best: [.high, .high, .high, .high, .low, .low, .low])
  }

  private static func captions(_ groups: [(recipe: Recipe, runs: [RunResults])]) -> [String] {
    var sentences = [
      "In percent: mean ± population standard deviation over seeds, their number in brackets.",
      "FPR95 is \(FalsePositiveRateVariant.inlierFirst.rawValue), \(FalsePositiveRateVariant.inlierFirst.meaning).",
    ]
    for (recipe, _) in groups {
      let sets =
        "Sets of \(recipe.data.test.name): near \(recipe.data.near.map(\.name).joined(separator: ", ")); "
        + "far \(recipe.data.far.map(\.name).joined(separator: ", "))."
      if !sentences.contains(sets) { sentences.append(sets) }
    }
    return sentences
  }

  /// The finished runs in a folder, sorted by path.
  private static func finishedRuns(in folder: String) throws -> [RunFolder] {
    let own = RunFolder(path: folder)
    if own.isFinished { return [own] }
    let paths = FileManager.default.subpaths(atPath: folder) ?? []
    let runs = paths.filter { $0.hasSuffix("/results.json") }.sorted()
      .map { RunFolder(path: "\(folder)/\($0.dropLast("/results.json".count))") }
      .filter { $0.isTaken && !$0.path.contains(".earlier") }
    guard !runs.isEmpty else {
      throw FileError(folder, "holds no finished run: there is no results.json in it")
    }
    return runs
  }

  /// A name for each recipe: its own, and for several of one name what differs from the first of them.
  private static func names(of recipes: [Recipe]) throws -> [String] {
    recipes.enumerated().map { index, recipe in
      guard let first = recipes.firstIndex(where: { $0.name == recipe.name }), first != index else {
        return recipe.name
      }
      let lines = RecipeDeviation.lines(from: recipes[first], to: recipe)
      return "\(recipe.name) (\(lines.isEmpty ? recipe.hash : lines.joined(separator: "; ")))"
    }
  }
}
