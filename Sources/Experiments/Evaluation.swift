import Detection
import Foundation
import Images
import Kernels
import Networks
import Tensors
import Training

/// Feature tables of all sets of an experiment, and the scores on them.
struct Evaluation {
  private let recipe: Recipe
  private let data: ExperimentData
  private let evaluator: Evaluator

  init(
    _ recipe: Recipe, data: ExperimentData, network: Network, arena: Arena, precision: ElementType = .float32
  ) {
    self.recipe = recipe
    self.data = data
    evaluator = Evaluator(
      network: network, normalization: data.normalization, arena: arena,
      batchSize: recipe.evaluate.batchSize, precision: precision)
  }

  /// The name of the test set's table.
  private var testName: String { recipe.data.test.name }

  /// Runs the network over every set once; with a folder, also writes each table into it.
  ///
  /// `progress` is called with the name of each set before its turn; what it throws ends the evaluation.
  func outcome(writingTo folder: RunFolder?, progress: (String) throws -> Void = { _ in }) throws
    -> DetectionOutcome
  {
    if let folder {
      try FileManager.default.createDirectory(
        atPath: "\(folder.path)/features", withIntermediateDirectories: true)
    }
    func table(_ set: ImageSet, _ name: String, areInliers: Bool) throws -> FeatureTable {
      try progress(name)
      var table = try evaluator.table(of: set, name: name, areInliers: areInliers)
      if let labels = data.knownClasses[name] { table = try table.labelled(labels) }
      if let folder { try table.write(to: folder.features(name)) }
      return table
    }
    let inliers = try table(data.test, testName, areInliers: true)
    let validation = try data.validation.map { try table($0, DataRecipe.validationName, areInliers: true) }
    let outliers = try data.outliers.map { try table($0.set, $0.name, areInliers: false) }
    let evaluation = try DetectionEvaluation(
      inliers: inliers, outliers: outliers, fitting: FittingTables(validation: validation),
      under: recipe.detectionProtocol)
    return try evaluation.outcome(of: recipe.evaluate.scores)
  }

  /// The rows of an outcome that go into the log during training.
  static func logged(_ results: DetectionResults) -> RunLog.Evaluation {
    results.scores.mapValues { score in
      ["near": score.near, "far": score.far, "average": score.average].compactMapValues { figures in
        figures.auroc.isFinite ? ["auroc": figures.auroc, "fpr95_id": figures.fpr95ID] : nil
      }
    }.merging(["accuracy": ["test": ["accuracy": results.accuracy]]]) { first, _ in first }
  }
}
