import Archives
import Detection
import Foundation
import Kernels
import Networks

/// A run's feature tables and the scores of all their images, as far as they can be had without the network.
package struct ReportedTables {
  /// Of the test images.
  let inliers: FeatureTable

  /// Of the other sets that have a table, in the order of the results.
  let outliers: [FeatureTable]

  /// What each set's pictures were when its table was made, by the set's name; nil in tables of earlier versions.
  let origins: [String: String]

  /// The scores of every image that is measured, by score, the test set first.
  private(set) var samples: [String: [SampleScores]]

  /// The scores of every image in the order of the tables, by score and set.
  private(set) var scores: [String: [String: [Double]]]

  /// The class of the results' names that each class of the tables is.
  let classOrder: [Int]

  /// What cannot be shown and why, one sentence each.
  private(set) var problems: [String] = []

  /// The tables of a run; nil if the test set has none, with a sentence in `problems`.
  ///
  /// Scores of every kind but those that follow gradients are computed once more, and what they measure is compared
  /// with the results.
  package init?(_ run: ReportedRun, problems: inout [String]) {
    let test = run.recipe.data.test.name
    var origins: [String: String] = [:]
    func table(_ name: String) throws -> FeatureTable {
      let path = run.folder.features(name)
      guard FileManager.default.fileExists(atPath: path) else {
        throw FileError(path, "there is no such file")
      }
      let table = try FeatureTable(contentsOf: path, name: name)
      origins[name] = try SafeTensorsFile(path).metadata["pictures"]
      return table
    }
    do {
      inliers = try table(test)
    } catch {
      problems.append(
        "\(error); without the table of the test set there are no distributions, curves, confusions, reliability and "
          + "pictures; limen evaluate \(run.folder.path) makes it")
      return nil
    }
    var outliers: [FeatureTable] = []
    for set in run.recipe.data.near + run.recipe.data.far {
      do {
        outliers.append(try table(set.name))
      } catch {
        self.problems.append("\(error); the curves are without \(set.name)")
      }
    }
    self.outliers = outliers
    self.origins = origins
    let count = inliers.classCount ?? run.results?.input?.classNames.count ?? 0
    let weights = "\(run.folder.checkpoints)/\(run.results?.checkpoint ?? "last").safetensors"
    let groups = inliers.groups == nil ? nil : try? StateDict.groups(in: SafeTensorsFile(weights))
    classOrder = groups?.groupOfClass.count == count ? groups?.classOrder ?? [] : Array(0..<count)
    (samples, scores) = ([:], [:])
    let fitting = Self.fitting(run)
    for choice in run.scores { measure(choice, run, fitting) }
    problems += self.problems
  }

  /// The scores of one kind, added if they can be had and measure what the results say.
  private mutating func measure(_ choice: ScoreChoice, _ run: ReportedRun, _ fitting: FittingTables) {
    let name = choice.description
    guard !choice.ingredients.contains(.network) else {
      problems.append(
        "\(name) follows gradients through the network, so the page has its figures but no curves")
      return
    }
    do {
      let sets = outliers.map(\.name)
      let protocolOfRun = try run.recipe.detectionProtocol
      let shown = try DetectionProtocol(
        near: protocolOfRun.near.filter(sets.contains), far: protocolOfRun.far.filter(sets.contains),
        countsKnownClasses: protocolOfRun.countsKnownClasses)
      let outcome = try DetectionEvaluation(
        inliers: inliers, outliers: outliers, fitting: fitting, under: shown
      ).outcome(of: [choice])
      let labels = Dictionary(uniqueKeysWithValues: outliers.map { ($0.name, $0.labels) })
      samples[name] = outcome.samples.map { sample in
        guard let labels = labels[sample.set] else { return sample }
        return SampleScores(
          score: name, set: sample.set, values: shown.parted(sample.values, labels: labels).unknown)
      }
      scores[name] = Dictionary(outcome.samples.map { ($0.set, $0.values) }) { first, _ in first }
      if let stranger = Self.difference(outcome.results.scores[name], run.results?.detection.scores[name]) {
        problems.append(
          "\(name): the features of \(stranger.set) give an AUROC of \(FigureText.percent(stranger.here)), "
            + "results.json has \(FigureText.percent(stranger.there)), so the curves are of other weights than the "
            + "figures; limen evaluate \(run.folder.path) makes both anew")
      }
    } catch {
      problems.append("\(name) has no curves: \(error)")
    }
  }

  /// The first set on which two results differ by more than rounding.
  private static func difference(
    _ here: ScoreResults?, _ there: ScoreResults?
  ) -> (set: String, here: Double, there: Double)? {
    for (set, metrics) in (here?.sets ?? [:]).sorted(by: { $0.key < $1.key }) {
      guard let other = there?.sets[set], abs(metrics.auroc - other.auroc) > 1e-4 else { continue }
      return (set, metrics.auroc, other.auroc)
    }
    return nil
  }

  /// The tables that scores are fitted on, as far as the folder has them and a score asks for them.
  private static func fitting(_ run: ReportedRun) -> FittingTables {
    let ingredients = run.scores.reduce(into: Set<Ingredient>()) { $0.formUnion($1.ingredients) }
    func table(_ name: String) -> FeatureTable? {
      try? FeatureTable(contentsOf: run.folder.features(name), name: name)
    }
    let validation = run.recipe.data.validation.flatMap { _ in table(DataRecipe.validationName) }
    let needsBank =
      ingredients.contains(.fittingBank) || (validation == nil && ingredients.contains(.validation))
    return FittingTables(
      bank: needsBank ? table(DataRecipe.bankName) : nil, validation: validation,
      outliers: run.recipe.data.outlierValidation.flatMap { _ in table(DataRecipe.outlierValidationName) })
  }
}
