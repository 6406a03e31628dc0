import Foundation

/// ODIN: the largest probability at a high temperature, after a step towards it.
///
///     S = max_c softmax(v(x′) / T)_c        x′ = x − ε · sign ∇ₓ (−log softmax(v(x) / T)_ŷ), ŷ: the predicted class
///
/// The step is ε in pixels of 0…1: the network's input is pixels divided by a deviation per channel, and so is the
/// step, unless `scale` is false. x′ is not clipped; the sign of 0 is +. At T = 1000 all probabilities are near
/// 1 / C, so they are computed in double precision. With ε = 0 the logits suffice.
/// Reference: Liang, Li & Srikant, *Enhancing The Reliability of Out-of-distribution Image Detection in Neural
/// Networks*, ICLR 2018, arXiv 1706.02690.
public struct ODINScore: GradientScore {
  /// What can be set.
  public struct Settings: ScoreSettings {
    /// The temperature T, above 0.
    public var temperature: Double

    /// The step ε, 0 or more.
    public var epsilon: Double

    /// Whether the step is divided by each channel's deviation.
    public var scalesStep: Bool

    /// T = 1000 and ε = 0.0014 in pixels unless told otherwise.
    public init(temperature: Double = 1000, epsilon: Double = 0.0014, scalesStep: Bool = true) {
      self.temperature = temperature
      self.epsilon = epsilon
      self.scalesStep = scalesStep
    }

    /// Takes `T`, `epsilon` and `scale`.
    public init(from arguments: inout ScoreArguments) throws {
      self.init(
        temperature: try arguments.positiveNumber("T") ?? 1000,
        epsilon: try arguments.number("epsilon", in: 0...1) ?? 0.0014,
        scalesStep: try arguments.flag("scale") ?? true)
    }

    /// `T=1`, `epsilon=0`, `scale=false`, what differs from the defaults.
    public var arguments: [String] {
      (temperature == 1000 ? [] : [ScoreArguments.written("T", temperature)])
        + (epsilon == 0.0014 ? [] : [ScoreArguments.written("epsilon", epsilon)])
        + (scalesStep ? [] : ["scale=false"])
    }
  }

  /// `odin`.
  public static let name = "odin"

  /// Logits, the network and the images; with ε = 0 the logits alone.
  public static let needs: [Ingredient] = [.logits, .network]

  /// Without ε the network is not needed.
  public var ingredients: [Ingredient] { settings.epsilon == 0 ? [.logits] : Self.needs }

  /// OpenOOD's temperatures and steps.
  public static let searchGrid = [
    (key: "T", values: ["1", "10", "100", "1000"]), (key: "epsilon", values: ["0.0014", "0.0028"]),
  ]

  /// Temperature and step.
  public let settings: Settings

  /// The score of the temperature and step of `settings`.
  public init(_ settings: Settings = Settings()) {
    precondition(
      settings.temperature > 0 && settings.epsilon >= 0,
      "odin needs T above 0 and epsilon of at least 0, got \(settings.temperature) and \(settings.epsilon)")
    self.settings = settings
  }

  /// Learns nothing.
  public func fit(
    on tables: FittingTables, images: (FeatureTable) throws -> any ScoredImages
  ) -> NothingFitted { NothingFitted() }

  /// The probability of each image as it is.
  public func scores(of table: FeatureTable, _ fit: NothingFitted) -> [Double] {
    table.logits.map(probabilities) ?? []
  }

  /// The probability of each image after its step; two passes through the network and one back.
  public func scores(
    of table: FeatureTable, images: any ScoredImages, _ fit: NothingFitted
  ) throws -> [Double] {
    let network = images.network
    var scores: [Double] = []
    try images.forEachBlock { block in
      let moved = perturbed(block, by: network)
      scores += probabilities(of: network.values(of: .logits, at: moved))
    }
    return scores
  }

  /// x′.
  package func perturbed(_ block: ImageBlock, by network: any DifferentiableNetwork) -> ImageBlock {
    let gradient = network.inputGradient(of: .logits, at: block) { logits in
      LogitRow<Float>.crossEntropyGradient(of: logits, temperature: settings.temperature)
    }
    return block.moved(
      alongSignOf: gradient, by: network.steps(-settings.epsilon, scaled: settings.scalesStep))
  }

  private func probabilities(of logits: Matrix) -> [Double] {
    logits.parallelMapRows { LogitRow($0).maximumProbability(temperature: settings.temperature) }
  }
}

extension LogitRow {
  /// T times the gradient of each row's −log softmax(v / T) of a class, the predicted one where `labels` give none.
  ///
  /// Who needs its sign only is spared the division by T, which may make it too small for a float.
  static func crossEntropyGradient(
    of logits: Matrix, labels: [Int]? = nil, temperature: Double = 1
  ) -> Matrix {
    var values: [Float] = []
    values.reserveCapacity(logits.values.count)
    var index = 0
    _ = logits.mapRows { row in
      let logits = LogitRow<Float>(row)
      var target = logits.predictedClass
      if let label = labels?[index], label >= 0 { target = label }
      for (logit, probability) in logits.probabilities(temperature: temperature).enumerated() {
        values.append(Float(logit == target ? probability - 1 : probability))
      }
      index += 1
    }
    return Matrix(rowCount: logits.rowCount, columnCount: logits.columnCount, values: values)
  }
}

extension DifferentiableNetwork {
  /// The same step in each channel: in units of the network's input, or of pixels if it is to be scaled.
  func steps(_ step: Double, scaled: Bool) -> [Float] {
    pixelDeviations.map { Float(scaled ? step / Double($0) : step) }
  }
}
