/// The list of analyses: each case is one with its settings.
enum AnalysisChoice: Sendable, Equatable {
  /// Every score before and after AugDelete.
  case augDelete(AugDeleteAnalysis)

  /// AUROC against the part of the training set that AugDelete uses.
  case fractionCurve(FractionCurveAnalysis)

  /// Mixtures of test pictures between ID and OOD.
  case mixedSamples(MixedSamplesAnalysis)

  /// The largest logits against those of a reference.
  case relativeDecrement(RelativeDecrementAnalysis)

  /// The name in recipes and of the files.
  var name: String {
    switch self {
    case .augDelete: "augDelete"
    case .fractionCurve: "fractionCurve"
    case .mixedSamples: "mixedSamples"
    case .relativeDecrement: "relativeDecrement"
    }
  }

  /// The analysis of this case.
  var analysis: any Analysis {
    switch self {
    case .augDelete(let analysis): analysis
    case .fractionCurve(let analysis): analysis
    case .mixedSamples(let analysis): analysis
    case .relativeDecrement(let analysis): analysis
    }
  }
}
