import Foundation

/// How the learning rate changes in the course of a stage: a pure function of the position.
public struct Schedule: Sendable, Hashable {
  /// The course after the warm-up.
  public enum Course: Sendable, Hashable {
    /// It stays.
    case constant

    /// It is multiplied by `factor` at the beginning of each of these epochs of the stage, counted from 0.
    case milestones([Int], factor: Double)

    /// It is multiplied by `factor` after every so many epochs, counted from the end of the warm-up.
    case every(Int, factor: Double)

    /// It falls along half a cosine from the base rate, after the warm-up, to `floor` at the end of the stage.
    case cosine(per: Period, floor: Double)

    /// Epoch by epoch: it stays for a third of the stage, falls in a line to a tenth of the base rate at two
    /// thirds, and in a line to a hundredth at the end (Unleashing Mask's "linear").
    case linear

    /// A tenth of the base rate less after every tenth of the stage, never below 0 (Unleashing Mask's "multiple
    /// decay").
    case multipleDecay

    /// BiT-HyperRule: steps counted and divided by the size of the training set, as `HyperRule` says.
    case hyperRule
  }

  /// How often a cosine is followed.
  public enum Period: String, Sendable, Hashable, CaseIterable {
    /// Every step: the first update of the stage has the base rate.
    case step
    /// Every epoch: one rate throughout an epoch.
    case epoch
  }

  /// A linear rise from `start` times the base rate; the course begins when it is over.
  public struct WarmUp: Sendable, Hashable {
    /// How many epochs it takes.
    public let epochs: Int

    /// The factor in the first epoch.
    public let start: Double

    /// A warm-up of given length.
    public init(epochs: Int, start: Double) {
      self.epochs = epochs
      self.start = start
    }
  }

  /// The course after the warm-up.
  public let course: Course

  /// The warm-up, nil for none.
  public let warmUp: WarmUp?

  /// How many epochs of it are over when the stage begins, because an earlier training went through them.
  ///
  /// They are none of the stage's own: the schedule is as long as both together. BiT-HyperRule knows none.
  public let elapsed: Int

  /// A schedule of given course.
  public init(_ course: Course, warmUp: WarmUp? = nil, elapsed: Int = 0) {
    self.course = course
    self.warmUp = warmUp
    self.elapsed = elapsed
  }

  /// Whether an epoch of the stage, from 0, belongs to the warm-up.
  public func isWarmingUp(inEpoch epoch: Int) -> Bool { epoch + elapsed < warmUp?.epochs ?? 0 }

  /// A place in a stage.
  public struct Position: Sendable, Hashable {
    /// The epoch of the stage, from 0.
    public var epoch: Int

    /// The step in the epoch, from 0.
    public var step: Int

    /// Steps in an epoch.
    public var stepsPerEpoch: Int

    /// Epochs in the stage.
    public var epochs: Int

    /// Images in the training set.
    public var trainingCount: Int

    /// A place in a stage.
    public init(epoch: Int, step: Int, stepsPerEpoch: Int, epochs: Int, trainingCount: Int) {
      self.epoch = epoch
      self.step = step
      self.stepsPerEpoch = stepsPerEpoch
      self.epochs = epochs
      self.trainingCount = trainingCount
    }
  }

  /// The learning rate of one step.
  ///
  /// With a warm-up of w epochs that starts at a factor s, epoch e < w has the rate
  ///
  ///     base·(s + (1 − s)·e/w)
  ///
  /// throughout, as in torchvision's recipes.
  public func learningRate(base: Double, at position: Position) -> Double {
    let warmUpEpochs = warmUp?.epochs ?? 0
    let epoch = elapsed + position.epoch
    if let warmUp, epoch < warmUp.epochs {
      return base * (warmUp.start + (1 - warmUp.start) * Double(epoch) / Double(warmUp.epochs))
    }
    let (e, length) = (epoch - warmUpEpochs, elapsed + position.epochs - warmUpEpochs)
    let steps = position.stepsPerEpoch
    switch course {
    case .constant: return base
    case .milestones(let milestones, let factor):
      return base * pow(factor, Double(milestones.count { $0 <= epoch }))
    case .every(let period, let factor): return base * pow(factor, Double(e / period))
    case .cosine(.epoch, let floor): return cosine(base, floor, Double(e) / Double(length))
    case .cosine(.step, let floor):
      return cosine(base, floor, Double(e * steps + position.step) / Double(length * steps))
    case .linear: return linear(base, e, of: length)
    case .multipleDecay:
      // A stage of fewer than ten epochs falls in each of them.
      return max(0, base - Double(e / max(1, length / 10)) * base / 10)
    case .hyperRule:
      return HyperRule(trainingCount: position.trainingCount)
        .learningRate(base: base, step: epoch * steps + position.step)
    }
  }

  /// After how many steps a stage ends whatever its epochs are; nil for never.
  public func stepLimit(trainingCount: Int) -> Int? {
    course == .hyperRule ? HyperRule(trainingCount: trainingCount).stepLimit : nil
  }

  private func cosine(_ base: Double, _ floor: Double, _ progress: Double) -> Double {
    floor + (base - floor) / 2 * (1 + cos(.pi * progress))
  }

  private func linear(_ base: Double, _ epoch: Int, of epochs: Int) -> Double {
    let knots = [(0, base), (epochs / 3, base), (2 * epochs / 3, base / 10), (epochs, base / 100)]
    for (left, right) in zip(knots, knots.dropFirst()) where epoch < right.0 {
      return left.1 + (right.1 - left.1) * Double(epoch - left.0) / Double(right.0 - left.0)
    }
    return base / 100
  }
}
