import Detection
import Images
import Networks
import Training

/// How an analysis fits the last layer once more: the stage of AugDelete with the paper's settings.
struct LastLayerRefit: Sendable, Hashable {
  /// How often every training picture's features are seen.
  var epochs = 10

  /// Rows a step.
  var batchSize = 256

  /// The first learning rate; it falls to 0 by a cosine.
  var learningRate = 0.1

  /// The decay of the weights; biases do not decay.
  var weightDecay = 5e-4

  /// The last layer that `fraction` of the training pictures leads to from the network's own, which stays as it is.
  func head(of subject: AnalysisSubject, fraction: Double) throws -> ClassifierHead {
    guard let bank = subject.tables.fitting.bank, let features = bank.features else {
      throw FeatureTableError(table: DataRecipe.bankName, problem: "has no features to fit a last layer to")
    }
    let (recipe, data) = (subject.recipe, subject.data)
    let pipeline = data.pipeline(for: recipe.data)
    let stage = Stage(
      name: "refit", method: .augDelete(AugDeleteMethod.Settings(fraction: fraction)),
      optimizer: .sgd(
        SGD.Settings(weightDecay: Float(weightDecay), decayScope: .matrices), learningRate: learningRate),
      schedule: Schedule(.cosine(per: .step, floor: 0)), epochs: epochs, batchSize: batchSize)
    let resources = StageResources(
      network: subject.network,
      evaluator: Evaluator(
        network: subject.network, normalization: data.normalization, arena: subject.arena),
      material: TrainingSession.Material(training: data.training, validation: nil, pipeline: pipeline),
      stage: stage, seed: UInt64(recipe.seed), arena: subject.arena)
    let own = subject.network.unmasked { subject.network.head }
    defer { subject.network.take(own) }
    try resources.fitLastLayer(to: CachedFeatures(rows: features, labels: data.training.labels))
    return subject.network.head
  }

  init() {}

  init(reading reader: SectionReader) {
    epochs = reader.integer("epochs", default: 10, in: .between(1, and: 1_000_000))
    batchSize = reader.integer("batchSize", default: 256, in: .between(1, and: 1_048_576))
    learningRate = reader.number("learningRate", default: 0.1, in: .above(0, upTo: 1_000_000))
    weightDecay = reader.number("weightDecay", default: 5e-4, in: .between(0, and: 1_000))
  }
}
