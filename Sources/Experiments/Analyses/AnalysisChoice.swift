/// The list of analyses: each case is one with its settings.
enum AnalysisChoice: Sendable, Equatable {
  /// Every score before and after AugDelete.
  case augDelete(AugDeleteAnalysis)

  /// AUROC against the part of the training set that AugDelete uses.
  case fractionCurve(FractionCurveAnalysis)

  /// Typical and atypical training pictures.
  case lossRanking(LossRankingAnalysis)

  /// The loss as weights are hidden.
  case maskedLoss(MaskedLossAnalysis)

  /// Mixtures of test pictures between ID and OOD.
  case mixedSamples(MixedSamplesAnalysis)

  /// How sure each group is that pictures are none of its own.
  case othersProbability(OthersProbabilityAnalysis)

  /// The largest logits against those of a reference.
  case relativeDecrement(RelativeDecrementAnalysis)

  /// Detection while the network learned.
  case trainingCurve(TrainingCurveAnalysis)

  /// How weights are distributed.
  case weightHistogram(WeightHistogramAnalysis)

  /// The name in recipes and of the files.
  var name: String {
    switch self {
    case .augDelete: "augDelete"
    case .fractionCurve: "fractionCurve"
    case .lossRanking: "lossRanking"
    case .maskedLoss: "maskedLoss"
    case .mixedSamples: "mixedSamples"
    case .othersProbability: "othersProbability"
    case .relativeDecrement: "relativeDecrement"
    case .trainingCurve: "trainingCurve"
    case .weightHistogram: "weightHistogram"
    }
  }

  /// The analysis of this case.
  var analysis: any Analysis {
    switch self {
    case .augDelete(let analysis): analysis
    case .fractionCurve(let analysis): analysis
    case .lossRanking(let analysis): analysis
    case .maskedLoss(let analysis): analysis
    case .mixedSamples(let analysis): analysis
    case .othersProbability(let analysis): analysis
    case .relativeDecrement(let analysis): analysis
    case .trainingCurve(let analysis): analysis
    case .weightHistogram(let analysis): analysis
    }
  }
}
