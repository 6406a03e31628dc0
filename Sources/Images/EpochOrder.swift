import Kernels

/// The order in which an epoch visits the pictures of a set: a pure function of (count, seed, epoch, round).
///
/// It does not depend on earlier epochs, so a run that resumes in epoch 57 needs none of the first 56.
public struct EpochOrder: Sendable, Equatable {
  /// Every picture's index, once.
  public let indices: [Int]

  /// A random order, every permutation equally likely; an epoch that goes round a set several times counts the rounds.
  public init(count: Int, seed: UInt64, epoch: Int, round: Int = 0) {
    var indices = Array(0..<count)
    var random = RandomStream(seed: seed, purpose: .order, epoch: epoch, index: round)
    random.shuffle(&indices)
    self.indices = indices
  }

  private init(indices: [Int]) {
    self.indices = indices
  }

  /// The order of the set itself.
  public static func sequential(count: Int) -> EpochOrder {
    EpochOrder(indices: Array(0..<count))
  }
}
