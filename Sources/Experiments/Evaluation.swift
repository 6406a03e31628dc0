import Detection
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
  private let network: Network
  private let precision: ElementType

  init(
    _ recipe: Recipe, data: ExperimentData, network: Network, arena: Arena, precision: ElementType = .float32
  ) {
    self.recipe = recipe
    self.data = data
    self.network = network
    self.precision = precision
    evaluator = Evaluator(
      network: network, normalization: data.normalization, arena: arena,
      batchSize: recipe.evaluate.batchSize, precision: precision)
  }

  /// The name of the test set's table.
  private var testName: String { recipe.data.test.name }

  /// Runs the network over every set that the scores need, once, unless the folder has the table already.
  ///
  /// With a folder, also writes each table into it. `progress` is called with the name of each set before its turn;
  /// what it throws ends the evaluation.
  func outcome(writingTo folder: RunFolder?, progress: (String) throws -> Void = { _ in }) throws
    -> DetectionOutcome
  {
    try outcome(of: tables(writingTo: folder, progress: progress))
  }

  /// The recipe's scores on tables; those that follow gradients need the network that the tables are of.
  func outcome(of tables: EvaluationTables, scores: [ScoreChoice]? = nil) throws -> DetectionOutcome {
    try DetectionEvaluation(
      inliers: tables.inliers, outliers: tables.outliers, fitting: tables.fitting,
      under: recipe.detectionProtocol, trainingCounts: data.training.classCounts, unmasked: tables.unmasked
    ).outcome(of: scores ?? recipe.evaluate.scores, images: tables.images)
  }

  /// What the scores would have been with that last layer before the network's own one, on the same features.
  func outcome(of tables: EvaluationTables, with head: ClassifierHead) throws -> DetectionOutcome {
    let own = network.unmasked { network.head }
    network.take(head)
    defer { network.take(own) }
    return try outcome(of: tables.classified(by: head))
  }

  /// The tables that the recipe's scores need, and that of the training pictures where `needsBank` says so.
  ///
  /// With a folder, tables that are there are read and others written.
  func tables(
    writingTo folder: RunFolder?, needsBank: Bool = false, progress: (String) throws -> Void = { _ in }
  ) throws -> EvaluationTables {
    let kept = try folder.map { try KeptTables(in: $0, of: network, precision: precision) }
    let ingredients = recipe.evaluate.scores.reduce(into: Set<Ingredient>()) { $0.formUnion($1.ingredients) }
    var images: [String: any ScoredImages] = [:]
    func table(_ set: ImageSet, _ name: String, areInliers: Bool) throws -> FeatureTable {
      try progress(name)
      if ingredients.contains(.network) { images[name] = evaluator.images(of: set) }
      let withLayers = ingredients.contains(.layers)
      let labels = data.knownClasses[name].map { network.tableLabels($0) }
      func make() throws -> FeatureTable {
        let table = try evaluator.table(of: set, name: name, areInliers: areInliers, withLayers: withLayers)
        return try labels.map { try table.labelled($0) } ?? table
      }
      let table =
        try kept?.table(of: set, normalization: data.normalization, name, withLayers: withLayers, make)
        ?? make()
      // A table that was kept may be of a time when other classes were known.
      return try labels.map { try table.labelled($0) } ?? table
    }
    let inliers = try table(data.test, testName, areInliers: true)
    let unmasked =
      network.hasLearnedMasks
      ? try network.unmasked { try table(data.test, DataRecipe.unmaskedName, areInliers: true) } : nil
    let validation = try data.validation.map { try table($0, DataRecipe.validationName, areInliers: true) }
    let scoresNeedBank =
      ingredients.contains(.fittingBank) || (validation == nil && ingredients.contains(.validation))
    let bank =
      needsBank || scoresNeedBank ? try table(data.training, DataRecipe.bankName, areInliers: true) : nil
    let chooser = try data.outlierValidation.map {
      try table($0, DataRecipe.outlierValidationName, areInliers: false)
    }
    let outliers = try data.outliers.map { try table($0.set, $0.name, areInliers: false) }
    return EvaluationTables(
      inliers: inliers, unmasked: unmasked, outliers: outliers,
      fitting: FittingTables(bank: bank, validation: validation, outliers: chooser), images: images)
  }

  /// How well a score tells the validation pictures from the validation outliers at the moment.
  ///
  /// - Precondition: the experiment has both.
  func validation(of score: ScoreChoice) throws -> OutlierFigures {
    guard let validation = data.validation, let outliers = data.outlierValidation else {
      preconditionFailure("there are no pictures to validate \(score) with")
    }
    let ingredients = score.ingredients
    func table(_ set: ImageSet, _ name: String, areInliers: Bool) throws -> FeatureTable {
      try evaluator.table(
        of: set, name: name, areInliers: areInliers, withLayers: ingredients.contains(.layers))
    }
    func images(_ set: ImageSet) -> (any ScoredImages)? {
      ingredients.contains(.network) ? evaluator.images(of: set) : nil
    }
    let bank =
      ingredients.contains(.fittingBank)
      ? try table(data.training, DataRecipe.bankName, areInliers: true) : nil
    let inliers = try table(validation, DataRecipe.validationName, areInliers: true)
    let others = try table(outliers, DataRecipe.outlierValidationName, areInliers: false)
    let named = [(inliers.name, images(validation)), (others.name, images(outliers))]
    let fitted = try score.fitted(
      on: FittingTables(bank: bank, validation: inliers, outliers: others),
      images: Dictionary(uniqueKeysWithValues: named.compactMap { name, set in set.map { (name, $0) } }))
    let metrics = try OODMetrics(
      inlierScores: try fitted.scores(of: inliers, images: named[0].1),
      outlierScores: try fitted.scores(of: others, images: named[1].1))
    return OutlierFigures(auroc: metrics.auroc, fpr95: metrics.fpr95ID)
  }

  /// Norms and activity of the features of every evaluated set.
  func representation(of tables: EvaluationTables) throws -> RepresentationResults {
    let sets = [data.test] + data.outliers.map(\.set)
    return try RepresentationResults(
      zip([tables.inliers] + tables.outliers, sets).map { table, set in
        (table, try evaluator.lastNormalizationGap(on: set, count: 2_000))
      })
  }

  /// The rows of an outcome that go into the log during training.
  static func logged(_ results: DetectionResults) -> RunLog.Evaluation {
    results.scores.mapValues { score in
      ["near": score.near, "far": score.far, "average": score.average].compactMapValues { figures in
        figures.auroc.isFinite ? ["auroc": figures.auroc, "fpr95_id": figures.fpr95ID] : nil
      }
    }.merging(results.accuracy.isNaN ? [:] : ["accuracy": ["test": accuracies(results)]]) { first, _ in first
    }
  }

  private static func accuracies(_ results: DetectionResults) -> [String: Double] {
    ["accuracy": results.accuracy, "maskedAccuracy": results.maskedAccuracy].compactMapValues { $0 }
  }
}

extension Network {
  /// Puts the numbers of `head` into the last layer, which has its shape.
  func take(_ head: ClassifierHead) {
    classifier.weight.value.assign(head.weight.values)
    classifier.bias.value.assign(head.bias)
  }
}
