import Archives
import Detection
import Foundation
import Images
import Networks
import Plots
import Training

/// By what share the largest logits fall from a reference network to this one, on test pictures and on outliers.
///
/// Where they fall by more on test pictures, r_i > r_o, the score suffers (AugRevise, proposition 4.2 and figure 3a).
struct RelativeDecrementAnalysis: Analysis, Equatable {
  /// The folder of the reference's run, or a file of weights of this run's network.
  let reference: String

  func outcome(for subject: AnalysisSubject) throws -> AnalysisOutcome {
    let evaluator = try referenceEvaluator(subject)
    let data = subject.data
    let sets = [(subject.tables.inliers.name, data.test)] + data.outliers.map { ($0.name, $0.set) }
    let tables = [subject.tables.inliers] + subject.tables.outliers
    var figures: [String: AnalysisFigure] = [:]
    var decrements: [String: Double] = [:]
    var ratios: [(name: String, values: [Double])] = []
    for ((name, set), table) in zip(sets, tables) {
      try subject.progress("\(name) by the reference \(reference)")
      let base = try evaluator.table(of: set, name: name, areInliers: false)
      let (before, after) = try (largest(base), largest(table))
      let decrement = try LogitDecrement(from: before, to: after)
      decrements[name] = decrement.ofMeans
      figures[name] = .map([
        "reference": .number(mean(before)), "mean": .number(mean(after)),
        "ofMeans": .number(decrement.ofMeans), "meanOfRatios": .number(decrement.meanOfRatios),
      ])
      ratios.append((name, zip(before, after).filter { abs($0.0) > 0.1 }.map { ($0 - $1) / $0 }))
    }
    let inliers = decrements[tables[0].name] ?? .nan
    func group(_ names: [String]) -> AnalysisFigure {
      let outliers = mean(names.compactMap { decrements[$0] })
      return .map([
        "ofMeans": .number(outliers),
        "harm": .number(LogitDecrement.harm(inliers: inliers, outliers: outliers)),
      ])
    }
    let histogram = try ScoreHistogram(ratios.map(\.values))
    let lines = zip(ratios, histogram.densities).map { set, densities in
      PlotSeries(
        set.name,
        zip(histogram.edges, densities + densities.suffix(1)).map { PlotPoint($0, $1) }, style: .steps)
    }
    return AnalysisOutcome(
      figures: .map([
        "reference": .text(reference), "inliers": .number(inliers),
        "near": group(subject.recipe.data.near.map(\.name)),
        "far": group(subject.recipe.data.far.map(\.name)),
        "sets": .map(figures),
      ]),
      plot: Plot(
        "Relative decrement of the largest logit", x: PlotAxis("(s − s′)/s, s of the reference"),
        y: PlotAxis("density"), lines))
  }

  /// The reference's network with its weights, which sees pictures as it was trained to.
  private func referenceEvaluator(_ subject: AnalysisSubject) throws -> Evaluator {
    var (choice, normalization) = (subject.recipe.network, subject.data.normalization)
    var weights = reference
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: reference, isDirectory: &isFolder), isFolder.boolValue {
      let folder = RunFolder(path: reference)
      try folder.requireRun()
      choice = try Recipe(path: folder.recipe).network
      normalization = try NormalizationFile.read(folder.normalization) ?? normalization
      weights = CheckpointFolder(path: folder.checkpoints).weights(CheckpointFolder.last)
    }
    let network = choice.network(
      logitCount: subject.data.training.classNames.count, seed: 0, arena: subject.arena)
    try StateDict.load(WeightsFile.open(weights), into: network, .network)
    return Evaluator(
      network: network, normalization: normalization, arena: subject.arena,
      batchSize: subject.recipe.evaluate.batchSize, precision: subject.precision)
  }

  private func largest(_ table: FeatureTable) throws -> [Double] {
    guard let logits = table.logits else {
      throw FeatureTableError(table: table.name, problem: "has no logits")
    }
    return logits.mapRows { Double($0.max() ?? -.infinity) }
  }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
}
