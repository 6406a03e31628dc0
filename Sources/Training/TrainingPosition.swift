import Kernels

/// Where a run stands: everything beside weights and optimizer state that it needs to go on as if it
/// had never stopped.
public struct TrainingPosition: Codable, Sendable, Equatable {
  /// The stage being trained, from 0; the number of stages once all are done.
  public var stage = 0

  /// The epoch being trained, from 0.
  public var epoch = 0

  /// Batches of that epoch already trained on.
  public var batch = 0

  /// Steps of the stage already taken.
  public var step = 0

  /// Seconds spent in steps so far, waiting for the loader included, over all stages and sessions of the
  /// run; validation and checkpoints are not counted.
  public var seconds = 0.0

  /// What the epoch's batches have added up to so far.
  public var progress = EpochProgress()

  /// The best epoch of the stage so far.
  public var best: BestEpoch?

  /// The beginning of a run.
  public init() {}
}

/// Sums over the batches of an epoch.
public struct EpochProgress: Codable, Sendable, Equatable {
  /// Images seen.
  public var images = 0

  /// Images whose largest logit was their label's.
  public var correct = 0

  /// The loss of each batch, weighted by its images.
  public var lossSum = 0.0

  /// Seconds spent in steps, waiting for the loader included.
  public var seconds = 0.0

  /// What the method reported, by name.
  public var reports: [String: Mean] = [:]

  /// The beginning of an epoch.
  public init() {}

  /// Reads what was written, by earlier versions too, whose methods reported nothing.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    images = try container.decode(Int.self, forKey: .images)
    correct = try container.decode(Int.self, forKey: .correct)
    lossSum = try container.decode(Double.self, forKey: .lossSum)
    seconds = try container.decode(Double.self, forKey: .seconds)
    reports = try container.decodeIfPresent([String: Mean].self, forKey: .reports) ?? [:]
  }

  mutating func add(_ outcome: TrainingStep.Outcome, images count: Int) {
    images += count
    correct += outcome.correctCount
    lossSum += Double(outcome.loss) * Double(count)
    for (name, mean) in outcome.reports { reports[name, default: Mean()].add(mean) }
  }

  /// Mean loss over the images seen.
  public var loss: Double { lossSum / Double(max(images, 1)) }

  /// Share of the images seen that were classified correctly, as they passed through training.
  public var accuracy: Double { Double(correct) / Double(max(images, 1)) }

  /// Images a second of `seconds`.
  public var imagesPerSecond: Double { seconds > 0 ? Double(images) / seconds : 0 }
}

/// The best epoch so far, by what its stage looks at.
public struct BestEpoch: Codable, Sendable, Equatable {
  /// The epoch, from 0.
  public var epoch: Int

  /// Its validation accuracy, or the figure of the validation outliers that chooses.
  public var value: Double

  private enum Key: String, CodingKey {
    case epoch, value, accuracy
  }

  /// An epoch and its figure.
  public init(epoch: Int, value: Double) {
    self.epoch = epoch
    self.value = value
  }

  /// Reads what `encode` wrote, and what earlier versions wrote, which knew accuracy alone.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    epoch = try container.decode(Int.self, forKey: .epoch)
    value =
      try container.decodeIfPresent(Double.self, forKey: .value)
      ?? container.decode(Double.self, forKey: .accuracy)
  }

  /// Writes epoch and figure.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(epoch, forKey: .epoch)
    try container.encode(value, forKey: .value)
  }
}
