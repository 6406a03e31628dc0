import Archives
import Detection
import Foundation
import Training

/// What a table file comes to at one scale: the runs it needs and which cell is taken from which.
public struct TablePlan: Sendable {
  /// A cell before its figures are known.
  struct Cell: Sendable {
    /// The jobs, one a seed; none where the run does not exist at this scale.
    let jobs: [Int]

    /// The score, as results.json calls it.
    let score: String
  }

  /// The table file.
  public let file: TableFile

  /// The setting.
  public let scale: TableFile.Scale

  /// The seeds.
  let seeds: [Int]

  /// The runs, each after those that it goes on from.
  let jobs: [TableJob]

  /// The cells, row by row.
  let cells: [[Cell]]

  /// How many runs there are.
  public var count: Int { jobs.count }

  /// The plan of a table, of other seeds than its own if given.
  ///
  /// Reads and checks every recipe with its overrides; throws a `RecipeError` or `FileError`. Recipes are searched from
  /// the working directory, beside the table file and in the project's folder.
  public init(_ file: TableFile, scale: TableFile.Scale, seeds: [Int]? = nil) throws {
    var builder = Builder(file: file, scale: scale, seeds: seeds ?? file.seeds(scale))
    self.file = file
    self.scale = scale
    self.seeds = builder.seeds
    cells = try file.rows.map { row in try file.columns.map { try builder.cell(row, $0) } }
    jobs = builder.jobs
    try checkSets()
  }

  /// Throws a `FileError` for a column over a set that none of its runs is confronted with: it would stay empty for
  /// ever.
  private func checkSets() throws {
    for (index, column) in file.columns.enumerated() {
      guard case .figure = column.metric else { continue }
      let over = column.over(scale)
      let recipes = cells.flatMap { $0[index].jobs }.map { jobs[$0].recipe }
      var known = ["average", "near", "far"]
      for set in recipes.flatMap({ $0.data.near + $0.data.far }) where !known.contains(set.name) {
        known.append(set.name)
      }
      guard !recipes.isEmpty, !known.contains(over) else { continue }
      throw FileError(
        file.path,
        "columns.\(index).over: no run of '\(column.title)' has a set '\(over)'\(suggestion(for: over, known: known))"
      )
    }
  }

  /// Refuses runs that could never begin, before any of them does; throws a `FileError` that names the run.
  public func checkRuns(_ store: DataStore) throws {
    for job in jobs {
      do {
        try job.recipe.checkPlan(store)
      } catch let error as TrainingError {
        throw FileError(file.path, "run '\(job.run)': \(error)")
      }
    }
  }

  /// Scores that cells show and that the recipes of their runs do not name, job by job: those that runs are evaluated
  /// with besides.
  var addedScores: [[String]] {
    var added = [[String]](repeating: [], count: jobs.count)
    for cells in cells {
      for (column, cell) in zip(file.columns, cells) where column.metric.isOfScore {
        for job in cell.jobs
        where !jobs[job].recipe.evaluate.scores.map(\.description).contains(cell.score)
          && !added[job].contains(cell.score)
        {
          added[job].append(cell.score)
        }
      }
    }
    return added
  }

  /// Scores that cells show and that the recipes of their runs do not name, each with the run.
  package var scoresBeyondRecipes: [String] {
    zip(jobs, addedScores).flatMap { job, scores in scores.map { "\(job.run): \($0)" } }
  }

  /// The folders of the jobs: those found in the index, else where a new run would be.
  ///
  /// A run that goes on from another has the other's folder in its recipe, so that its own follows from there.
  func folders(in index: RunIndex, below out: String) throws -> [RunFolder] {
    var folders: [RunFolder] = []
    for job in jobs {
      if let found = index.folder(job.identity, seed: job.seed) {
        folders.append(found)
      } else {
        let others = job.dependencies.mapValues { folders[$0].path }
        folders.append(RunFolder(of: try job.recipe(with: others), below: out))
      }
    }
    return folders
  }

  /// Collects jobs, each once.
  private struct Builder {
    let file: TableFile
    let scale: TableFile.Scale
    let seeds: [Int]
    var jobs: [TableJob] = []
    private var known: [String: Int] = [:]
    private var paths: [String: String] = [:]

    init(file: TableFile, scale: TableFile.Scale, seeds: [Int]) {
      self.file = file
      self.scale = scale
      self.seeds = seeds
    }

    mutating func cell(_ row: TableRow, _ column: TableColumn) throws -> Cell {
      guard let name = column.run ?? row.run else { return Cell(jobs: [], score: "") }
      var numbers: [Int] = []
      for seed in seeds {
        if let number = try job(name, row.set + column.set, seed: seed) { numbers.append(number) }
      }
      let first = numbers.first.flatMap { jobs[$0].recipe.evaluate.scores.first?.description }
      return Cell(jobs: numbers, score: column.score ?? row.score ?? first ?? "")
    }

    /// The number of a job, and before it of those it goes on from; nil if there is none at this scale.
    private mutating func job(_ name: String, _ set: [String], seed: Int) throws -> Int? {
      guard let run = file.runs.first(where: { $0.name == name }),
        let variant = run.variant(scale, smallSet: file.smallSet)
      else { return nil }
      let overrides = variant.set + set
      let key = ([variant.recipe, String(seed)] + overrides).joined(separator: "\n")
      if let number = known[key] { return number }
      var dependencies: [String: Int] = [:]
      for other in TableRun.names(in: overrides) {
        guard let number = try job(other, [], seed: seed) else {
          throw FileError(
            file.path,
            "run '\(name)' goes on from '\(other)', which there is not at the \(scale.rawValue) scale")
        }
        dependencies[other] = number
      }
      let path = try located(variant.recipe)
      let references = dependencies.mapValues { RunIndex.reference(to: jobs[$0].identity, seed: seed) }
      let recipe: Recipe
      do {
        recipe = try Recipe(
          path: path, overrides: TableJob.filled(overrides, references) + ["seed=\(seed)"])
      } catch let error as RecipeError {
        throw FileError(file.path, "run '\(name)': \(error)")
      }
      jobs.append(
        TableJob(
          run: name, recipePath: path, overrides: overrides, seed: seed, recipe: recipe,
          dependencies: dependencies))
      known[key] = jobs.count - 1
      return jobs.count - 1
    }

    /// Where a recipe lies.
    private mutating func located(_ recipe: String) throws -> String {
      if let path = paths[recipe] { return path }
      let beside = URL(fileURLWithPath: file.path).deletingLastPathComponent().path
      let project = (try? RecipeLibrary.located().folder).map { "\($0)/.." }
      let candidates = [recipe, "\(beside)/\(recipe)"] + (project.map { ["\($0)/\(recipe)"] } ?? [])
      guard let path = candidates.first(where: FileManager.default.fileExists(atPath:)) else {
        throw FileError(
          file.path,
          "names the recipe \(recipe), which is not in the working directory, beside the table file or in the project's folder"
        )
      }
      paths[recipe] = path
      return path
    }
  }
}
