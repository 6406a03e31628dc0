import Archives
import Detection
import Foundation

/// Compares rows of a table with its baseline on resampled test images, from the feature tables in the run folders.
struct TableComparison {
  private let plan: TablePlan
  private let folders: [RunFolder]
  private let bootstrap: Bootstrap
  private var scores: [String: ResampledScores?] = [:]
  private var accuracies: [Int: ResampledScores.Values?] = [:]

  init(_ plan: TablePlan, _ folders: [RunFolder], _ bootstrap: Bootstrap) {
    self.plan = plan
    self.folders = folders
    self.bootstrap = bootstrap
  }

  /// The difference of a cell from that of the baseline's row, over the seeds that both have finished.
  ///
  /// Nil where the figure is not one of detection or accuracy, where a run or its feature tables are missing, where a
  /// score needs the network, and for figures before AugDelete.
  mutating func comparison(
    row: Int, baseline: Int, column: Int, _ progress: (String) -> Void
  ) throws -> ResultTable.Comparison? {
    let (one, other) = (plan.cells[row][column], plan.cells[baseline][column])
    guard !plan.file.rows[row].isBefore, !plan.file.rows[baseline].isBefore else { return nil }
    var pairs: [(first: ResampledScores.Values, second: ResampledScores.Values)] = []
    for first in one.jobs {
      guard let second = other.jobs.first(where: { plan.jobs[$0].seed == plan.jobs[first].seed }),
        let left = try values(first, one.score, column, progress),
        let right = try values(second, other.score, column, progress)
      else { continue }
      pairs.append((left, right))
    }
    guard let first = ResampledScores.Values(meanOf: pairs.map(\.first)),
      let second = ResampledScores.Values(meanOf: pairs.map(\.second))
    else { return nil }
    let difference = PairedDifference(first, second)
    let scale = plan.file.columns[column].isPercent ? 100.0 : 1
    return ResultTable.Comparison(
      difference: difference.difference * scale, lower: difference.lower * scale,
      upper: difference.upper * scale,
      probability: difference.probability)
  }

  private mutating func values(
    _ job: Int, _ score: String, _ column: Int, _ progress: (String) -> Void
  ) throws -> ResampledScores.Values? {
    guard folders[job].isFinished else { return nil }
    let column = plan.file.columns[column]
    switch column.metric {
    case .keys: return nil
    case .accuracy:
      if let known = accuracies[job] { return known }
      let values = try Self.inliers(plan.jobs[job].recipe, folders[job]).flatMap { table in
        let pairs = zip(try table.predictions(), table.labels).filter { $0.1 >= 0 }
        return bootstrap.share(of: pairs.map { $0.0 == $0.1 })
      }
      accuracies[job] = .some(values)
      return values
    case .figure(let name):
      let key = "\(job) \(score)"
      if scores[key] == nil {
        progress("\(plan.jobs[job].title): \(score)")
        scores[key] = .some(try resampled(plan.jobs[job].recipe, folders[job], score))
      }
      return scores[key]??.values(name, over: column.over(plan.scale))
    }
  }

  /// A run's score on its feature tables; nil if they are not there or the score needs more than them.
  private func resampled(_ recipe: Recipe, _ folder: RunFolder, _ score: String) throws -> ResampledScores? {
    // A run may have been evaluated with other scores than its recipe's.
    let choices = recipe.evaluate.scores + ((try? ScoreChoice.list(parsing: score)) ?? [])
    guard let choice = choices.first(where: { $0.description == score }),
      !choice.ingredients.contains(.network), let inliers = try Self.inliers(recipe, folder)
    else { return nil }
    let detectionProtocol = try recipe.detectionProtocol
    var outliers: [FeatureTable] = []
    for set in detectionProtocol.sets {
      guard let table = try Self.table(folder, set) else { return nil }
      outliers.append(table)
    }
    let fitting = FittingTables(
      bank: try Self.table(folder, DataRecipe.bankName),
      validation: try Self.table(folder, DataRecipe.validationName),
      outliers: try Self.table(folder, DataRecipe.outlierValidationName))
    // A score that lacks what it is fitted on can't be compared; the table stays.
    guard
      let outcome = try? DetectionEvaluation(
        inliers: inliers, outliers: outliers, fitting: fitting, under: detectionProtocol
      ).outcome(of: [choice]), let known = outcome.samples.first(where: { $0.set == inliers.name })
    else { return nil }
    var measured: [String: (scores: [Double], labels: [Int])] = [:]
    for table in outliers {
      guard let sample = outcome.samples.first(where: { $0.set == table.name }) else { return nil }
      measured[table.name] = (sample.values, table.labels)
    }
    return try ResampledScores(
      inlierScores: known.values, outliers: measured, under: detectionProtocol, bootstrap)
  }

  private static func inliers(_ recipe: Recipe, _ folder: RunFolder) throws -> FeatureTable? {
    try table(folder, recipe.data.test.name)
  }

  private static func table(_ folder: RunFolder, _ set: String) throws -> FeatureTable? {
    let path = folder.features(set)
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    return try FeatureTable(contentsOf: path, name: set)
  }
}
