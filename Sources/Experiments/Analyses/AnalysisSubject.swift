import Detection
import Kernels
import Networks
import Tensors
import Training

/// What an analysis may look at: a trained network, its data, and what was measured of it.
struct AnalysisSubject {
  /// Where it is kept.
  let folder: RunFolder

  /// The experiment.
  let recipe: Recipe

  /// Its pictures.
  let data: ExperimentData

  /// The trained network.
  let network: Network

  /// Makes tables and scores of them.
  let evaluation: Evaluation

  /// The feature tables of all sets.
  let tables: EvaluationTables

  /// Where tensors come from.
  let arena: Arena

  /// The number format of activations.
  let precision: ElementType

  /// Called with what is about to be done, in a few words; what it throws ends the analysis.
  let progress: (String) throws -> Void

  /// Accuracy, and the figures of each score on near sets, on far sets and on average.
  static func figures(_ results: DetectionResults) -> AnalysisFigure {
    func row(_ figures: MetricFigures) -> AnalysisFigure {
      .map(["auroc": .number(figures.auroc), "fpr95_id": .number(figures.fpr95ID)])
    }
    return .map([
      "accuracy": .number(results.accuracy),
      "scores": .map(
        results.scores.mapValues {
          .map(["near": row($0.near), "far": row($0.far), "average": row($0.average)])
        }),
    ])
  }
}
