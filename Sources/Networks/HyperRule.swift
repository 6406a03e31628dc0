/// BiT-HyperRule, by which MOS is fine-tuned: steps and milestones follow from the size of the training set.
///
/// From Kolesnikov and others, "Big Transfer" (2020).
/// The rate rises in a line from 0 to the base rate at the first milestone, is divided by ten after each of the next
/// three, and training ends at the last. The first step has a rate of 0: it fills the momentum and leaves the weights.
public struct HyperRule: Sendable, Hashable {
  /// Steps after which something changes; the last is the end.
  public let milestones: [Int]

  /// The rule for a training set of so many images: small below 20,000, large from 500,000.
  public init(trainingCount: Int) {
    milestones =
      switch trainingCount {
      case ..<20_000: [100, 200, 300, 400, 500]
      case ..<500_000: [500, 3_000, 6_000, 9_000, 10_000]
      default: [500, 6_000, 12_000, 18_000, 20_000]
      }
  }

  /// After how many steps training ends.
  public var stepLimit: Int { milestones[4] }

  /// The learning rate of a step, counted from 0.
  public func learningRate(base: Double, step: Int) -> Double {
    guard step >= milestones[0] else { return base * Double(step) / Double(milestones[0]) }
    return milestones[1...3].reduce(base) { step > $1 ? $0 / 10 : $0 }
  }
}
