import Detection

/// The feature tables of an experiment, each made once and shared by all scores and analyses.
struct EvaluationTables {
  /// Of the images that are tested on.
  var inliers: FeatureTable

  /// Of the images that are tested on without the network's learned masks, by which accuracy is told; nil without
  /// masks.
  var unmasked: FeatureTable?

  /// Of the sets to tell from them, near ones first.
  var outliers: [FeatureTable]

  /// What scores are fitted on.
  var fitting: FittingTables

  /// The images themselves, by the tables' names, for the scores that follow gradients.
  var images: [String: any ScoredImages]

  /// The same features under another last layer.
  func classified(by head: ClassifierHead) throws -> EvaluationTables {
    var tables = self
    tables.inliers = try inliers.classified(by: head)
    tables.unmasked = try unmasked?.classified(by: head)
    tables.outliers = try outliers.map { try $0.classified(by: head) }
    tables.fitting = FittingTables(
      bank: try fitting.bank?.classified(by: head), validation: try fitting.validation?.classified(by: head),
      outliers: try fitting.outliers?.classified(by: head))
    return tables
  }
}
