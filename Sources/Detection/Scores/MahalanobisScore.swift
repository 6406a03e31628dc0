import Kernels

/// Mahalanobis: minus the squared distance to the nearest class mean, measured by the classes' common covariance.
///
///     S = −min_c (f − μ_c)ᵀ Σ⁺ (f − μ_c)            of the last layer's features
///     S = −P(adversarial | S_1 … S_L)               of several layers, S_l = −½ min_c d²
///
/// With ε, the images are first moved by −ε · sign of the gradient of ½ min_c d², for each layer by its own. Several
/// layers are combined by a logistic regression between up to 500 validation images and the same after an FGSM step
/// of 0.05 in pixels; the paper takes test images for that, which is a leak. `combine=sum` adds the layers up
/// instead, which needs no network. The covariance is that of the training images, divided by their number.
/// Reference: Lee et al., *A Simple Unified Framework for Detecting Out-of-Distribution Samples and Adversarial
/// Attacks*, NeurIPS 2018, arXiv 1807.03888.
public struct MahalanobisScore: GradientScore {
  /// The distributions of each layer, and how layers are combined.
  public struct Distributions: Sendable {
    let layers: [(output: NetworkOutput, gaussians: ClassGaussians)]
    var regression: LogisticRegression?
  }

  /// `mahalanobis`.
  public static let name = "mahalanobis"

  /// Features and training images; with other settings more.
  public static let needs: [Ingredient] = [.features, .fittingBank]

  /// Inner layers, validation images and the network where the settings ask for them.
  public var ingredients: [Ingredient] {
    switch (settings.layers, settings.combination) {
    case (.last, _): Self.needs + (settings.epsilon > 0 ? [.network] : [])
    case (.all, .sum): [.layers, .fittingBank] + (settings.epsilon > 0 ? [.network] : [])
    case (.all, .adversarial): [.layers, .logits, .fittingBank, .validation, .network]
    }
  }

  /// The steps of the paper.
  public static let searchGrid = [
    (key: "epsilon", values: ["0", "0.0005", "0.001", "0.0014", "0.002", "0.005", "0.01"])
  ]

  /// Layers and step.
  public let settings: Settings

  /// The score of the layers and step of `settings`.
  public init(_ settings: Settings = Settings()) {
    precondition(settings.epsilon >= 0, "mahalanobis needs epsilon of at least 0, got \(settings.epsilon)")
    self.settings = settings
  }

  /// The distributions of the training images.
  public func fit(on tables: FittingTables) throws -> Distributions {
    guard let bank = tables.bank else { return Distributions(layers: []) }
    guard bank.labels.contains(where: { $0 >= 0 }) else {
      throw fault("the training images' table \(bank.name) has no labels")
    }
    var features: [(NetworkOutput, Matrix)] = []
    switch settings.layers {
    case .last: features = bank.features.map { [(.features, $0)] } ?? []
    case .all: features = bank.layerFeatures.map { (.layer($0.layer), $0.features) }
    }
    return Distributions(
      layers: try features.map { output, matrix in
        guard let gaussians = ClassGaussians(matrix, labels: bank.labels) else {
          throw fault(
            "within each class all training images have the same features, so there is no covariance; "
              + "it needs two different images of a class")
        }
        return (output, gaussians)
      })
  }

  /// The distributions of the training images, and the regression between validation images and adversarial ones.
  public func fit(
    on tables: FittingTables, images: (FeatureTable) throws -> any ScoredImages
  ) throws -> Distributions {
    var distributions = try fit(on: tables)
    guard settings.layers == .all, settings.combination == .adversarial, let validation = tables.validation
    else { return distributions }
    let chosen = Set(
      (0..<min(500, validation.count)).map { $0 * validation.count / min(500, validation.count) })
    let images = try images(validation)
    var (rows, labels): ([[Double]], [Bool]) = ([], [])
    var first = 0
    try images.forEachBlock { block in
      let indices = (0..<block.count).filter { chosen.contains(first + $0) }
      if !indices.isEmpty {
        let clean = block.selecting(indices)
        let classes = indices.map { validation.labels[first + $0] }
        for (block, label) in [(clean, false), (adversarial(clean, classes, images.network), true)] {
          rows += layerScores(of: block, by: images.network, distributions)
          labels += Array(repeating: label, count: indices.count)
        }
      }
      first += block.count
    }
    distributions.regression = LogisticRegression(rows, labels: labels)
    return distributions
  }

  /// The score of each image by its table alone.
  public func scores(of table: FeatureTable, _ fit: Distributions) throws -> [Double] {
    let scores = try fit.layers.map { output, gaussians in
      gaussians.squaredDistances(of: try matrix(of: output, in: table)).map { -$0 / 2 }
    }
    return (0..<table.count).map { index in combined(scores.map { $0[index] }, fit) }
  }

  /// The score of each image after its step, if there is one.
  public func scores(
    of table: FeatureTable, images: any ScoredImages, _ fit: Distributions
  ) throws -> [Double] {
    guard settings.epsilon > 0 else { return try scores(of: table, fit) }
    var scores: [Double] = []
    try images.forEachBlock { block in
      scores += layerScores(of: block, by: images.network, fit).map { combined($0, fit) }
    }
    return scores
  }

  /// S_l of each image and layer, after the layer's step.
  private func layerScores(
    of block: ImageBlock, by network: any DifferentiableNetwork, _ fit: Distributions
  ) -> [[Double]] {
    let columns = fit.layers.map { output, gaussians in
      let moved = perturbed(block, by: network, output, gaussians)
      return gaussians.squaredDistances(of: network.values(of: output, at: moved)).map { -$0 / 2 }
    }
    return (0..<block.count).map { index in columns.map { $0[index] } }
  }

  /// The images, moved nearer to their nearest mean in a layer.
  func perturbed(
    _ block: ImageBlock, by network: any DifferentiableNetwork, _ output: NetworkOutput,
    _ gaussians: ClassGaussians
  ) -> ImageBlock {
    guard settings.epsilon > 0 else { return block }
    let gradient = network.inputGradient(of: output, at: block) { gaussians.halfDistanceGradients(of: $0) }
    return block.moved(
      alongSignOf: gradient, by: network.steps(-settings.epsilon, scaled: settings.scalesStep))
  }

  /// The images after a step of 0.05 in pixels towards a larger loss, clipped to what pixels can be.
  private func adversarial(
    _ block: ImageBlock, _ labels: [Int], _ network: any DifferentiableNetwork
  ) -> ImageBlock {
    let gradient = network.inputGradient(of: .logits, at: block) {
      LogitRow<Float>.crossEntropyGradient(of: $0, labels: labels)
    }
    var moved = block.moved(alongSignOf: gradient, by: network.steps(0.05, scaled: true))
    for index in moved.values.indices {
      let (mean, deviation) = (
        network.pixelMeans[index % block.channels], network.pixelDeviations[index % block.channels]
      )
      moved.values[index] = min(max(moved.values[index], -mean / deviation), (1 - mean) / deviation)
    }
    return moved
  }

  /// One layer's −d², or the layers' combination.
  func combined(_ scores: [Double], _ fit: Distributions) -> Double {
    if let regression = fit.regression { return -regression.probability(scores) }
    return settings.layers == .last ? 2 * (scores.first ?? 0) : scores.reduce(0, +)
  }

  private func matrix(of output: NetworkOutput, in table: FeatureTable) throws -> Matrix {
    guard case .layer(let name) = output else { return table.features ?? Matrix(rows: []) }
    guard let layer = table.layerFeatures.first(where: { $0.layer == name }) else {
      throw fault("it was fitted on the layer \(name), of which the table \(table.name) has no features")
    }
    return layer.features
  }

  private func fault(_ problem: String) -> ScoreError { ScoreError(score: Self.name, problem: problem) }
}
