import Tensors

/// An exponential moving average of a network's weights and running estimates, as torchvision's
/// `ExponentialMovingAverage`.
///
///     average = d·average + (1 − d)·value
///
/// after every so many optimizer steps; the first update copies. Counters are copied. The average is what is
/// validated, evaluated and saved as the network's weights; training goes on with the values that it averages.
///
/// - Cost: one more copy of all values; one pass over them an update.
public final class WeightAverage {
  /// The knobs.
  public struct Settings: Sendable, Hashable {
    /// What remains of the average at an update, before any rescaling.
    public var decay: Double

    /// Optimizer steps from one update to the next.
    public var every: Int

    /// Whether the decay is adapted to the length of training, as torchvision's recipes do.
    public var rescales: Bool

    /// Settings; the defaults are those of torchvision's recipes.
    public init(decay: Double = 0.99998, every: Int = 32, rescales: Bool = true) {
      self.decay = decay
      self.every = every
      self.rescales = rescales
    }

    /// The decay of an update in a training of `epochs` epochs with batches of `batchSize`.
    ///
    /// torchvision's rule: d = 1 − min(1, (1 − decay)·batchSize·every/epochs).
    public func effectiveDecay(batchSize: Int, epochs: Int) -> Double {
      guard rescales else { return decay }
      return 1 - min(1, (1 - decay) * Double(batchSize * every) / Double(epochs))
    }
  }

  private let network: Network
  private let decay: Double
  private let every: Int
  /// Of every parameter and buffer its average, in the order of `leaves`; nil before the first update.
  private var averages: [[Float]]?

  /// An average of `network` that has seen nothing yet.
  public init(_ settings: Settings, of network: Network, batchSize: Int, epochs: Int) {
    self.network = network
    decay = settings.effectiveDecay(batchSize: batchSize, epochs: epochs)
    every = settings.every
  }

  /// To be called after every optimizer step; steps count from 0.
  ///
  /// In a warm-up the average is the last value: averaging begins when it is over.
  public func didStep(_ step: Int, isWarmingUp: Bool) {
    guard step % every == 0 else { return }
    guard !isWarmingUp, var averages else {
      self.averages = values.map(\.values)
      return
    }
    // Otherwise two owners would make every update a copy.
    self.averages = nil
    let (keep, take) = (Float(decay), Float(1 - decay))
    for (index, value) in values.enumerated() {
      averages[index].withUnsafeMutableBufferPointer { average in
        for i in average.indices { average[i] = keep * average[i] + take * value.pointer[i] }
      }
    }
    self.averages = averages
  }

  /// Runs `body` while the network holds the average; with none yet, the network is as it is.
  public func applied<Result>(_ body: () throws -> Result) rethrows -> Result {
    guard let averages else { return try body() }
    let values = values
    let trained = values.map(\.values)
    for (value, average) in zip(values, averages) { value.assign(average) }
    defer { for (value, own) in zip(values, trained) { value.assign(own) } }
    return try body()
  }

  /// Leaves the average in the network, at the end of a training.
  public func settle() {
    guard let averages else { return }
    for (value, average) in zip(values, averages) { value.assign(average) }
  }

  /// Takes over the average that the network's values are, as a checkpoint of the average gives them.
  public func adoptNetwork() { averages = values.map(\.values) }

  private var values: [Tensor] {
    network.leaves.compactMap { leaf in
      switch leaf {
      case .parameter(_, let parameter): parameter.value
      case .buffer(_, let buffer): buffer.value
      case .counter, .layer: nil
      }
    }
  }
}
