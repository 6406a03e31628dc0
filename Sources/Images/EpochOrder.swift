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

  /// The order of the set itself, begun at a random picture and led round to the one before it.
  ///
  /// The way of Outlier Exposure's published code through its auxiliary set: pictures that lie together stay together,
  /// and an epoch that needs only a part of the set meets another part than the one before.
  ///
  /// - Reference: Hendrycks, Mazeika & Dietterich, *Deep Anomaly Detection with Outlier Exposure*, ICLR 2019.
  public static func fromRandomOffset(count: Int, seed: UInt64, epoch: Int) -> EpochOrder {
    guard count > 0 else { return EpochOrder(indices: []) }
    var random = RandomStream(seed: seed, purpose: .order, epoch: epoch)
    let offset = random.below(count)
    return EpochOrder(indices: Array(offset..<count) + Array(0..<offset))
  }
}
