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

  /// A schedule of given course.
  public init(_ course: Course, warmUp: WarmUp? = nil) {
    self.course = course
    self.warmUp = warmUp
  }

  /// The learning rate of one step; epoch and step in the epoch count from 0, `epochs` is the stage's length.
  ///
  /// With a warm-up of w epochs that starts at a factor s, epoch e < w has the rate
  ///
  ///     base·(s + (1 − s)·e/w)
  ///
  /// throughout, as in torchvision's recipes.
  public func learningRate(
    base: Double, epoch: Int, step: Int, stepsPerEpoch: Int, epochs: Int
  ) -> Double {
    let warmUpEpochs = warmUp?.epochs ?? 0
    if let warmUp, epoch < warmUp.epochs {
      return base * (warmUp.start + (1 - warmUp.start) * Double(epoch) / Double(warmUp.epochs))
    }
    let (e, length) = (epoch - warmUpEpochs, epochs - warmUpEpochs)
    switch course {
    case .constant: return base
    case .milestones(let milestones, let factor):
      return base * pow(factor, Double(milestones.count { $0 <= epoch }))
    case .every(let period, let factor): return base * pow(factor, Double(e / period))
    case .cosine(.epoch, let floor): return cosine(base, floor, Double(e) / Double(length))
    case .cosine(.step, let floor):
      return cosine(base, floor, Double(e * stepsPerEpoch + step) / Double(length * stepsPerEpoch))
    }
  }

  private func cosine(_ base: Double, _ floor: Double, _ progress: Double) -> Double {
    floor + (base - floor) / 2 * (1 + cos(.pi * progress))
  }
}
