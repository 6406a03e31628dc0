import Networks

/// One stage of training: a method, an optimizer and a schedule for a number of epochs.
public struct Stage: Sendable, Equatable {
  /// The weights a stage starts from.
  public enum Start: Sendable, Equatable {
    /// Those the network has: fresh ones in the first stage, else what the stage before ended with.
    case current

    /// Those in a safetensors file.
    case file(String)
  }

  /// What becomes of the classifier when a stage begins.
  public enum Head: String, Sendable, CaseIterable {
    /// It goes on, or comes with the weights.
    case kept
    /// A fresh one takes its place.
    case fresh
    /// One that is zero takes its place.
    case zero
  }

  /// What the log calls the stage.
  public let name: String

  /// The weights it starts from.
  public let start: Start

  /// What becomes of the classifier.
  public let head: Head

  /// What is minimised.
  public let method: MethodChoice

  /// How gradients change parameters.
  public let optimizer: OptimizerChoice

  /// How the learning rate changes.
  public let schedule: Schedule

  /// How often every training picture is seen.
  public let epochs: Int

  /// Pictures a step.
  public let batchSize: Int

  /// Whether an epoch leaves out a last batch that is not full.
  public let dropsLast: Bool

  /// In how many pieces a batch passes, whose gradients add up.
  public let pieceCount: Int

  /// The bound on the length of the gradient; nil for none.
  public let clipping: GradientClipping?

  /// How the weights are averaged; nil: they are not.
  public let average: WeightAverage.Settings?

  /// After how many epochs a checkpoint is kept beside the last and the best; 0 for never.
  public let checkpointEvery: Int

  /// Which epoch is the best, and when the stage ends for want of a better one.
  public let best: BestChoice

  /// A stage of given settings.
  public init(
    name: String, start: Start = .current, head: Head = .kept, method: MethodChoice,
    optimizer: OptimizerChoice,
    schedule: Schedule, epochs: Int, batchSize: Int, dropsLast: Bool = false,
    pieceCount: Int = 1, clipping: GradientClipping? = nil, average: WeightAverage.Settings? = nil,
    checkpointEvery: Int = 0, best: BestChoice = BestChoice()
  ) {
    self.name = name
    self.start = start
    self.head = head
    self.method = method
    self.optimizer = optimizer
    self.schedule = schedule
    self.epochs = epochs
    self.batchSize = batchSize
    self.dropsLast = dropsLast
    self.pieceCount = pieceCount
    self.clipping = clipping
    self.average = average
    self.checkpointEvery = checkpointEvery
    self.best = best
  }

  /// The same stage with another number of epochs, of which none is the best.
  func lasting(_ epochs: Int) -> Stage {
    Stage(
      name: name, start: start, head: head, method: method, optimizer: optimizer, schedule: schedule,
      epochs: epochs, batchSize: batchSize, dropsLast: dropsLast, pieceCount: pieceCount,
      clipping: clipping, average: average)
  }
}
