import Kernels

/// Takes the colours out of a picture with a given probability.
public struct RandomGrey: Augmentation {
  /// How often a picture becomes grey, 0 to 1.
  public let probability: Float

  /// Grey with that probability.
  ///
  /// - Precondition: `probability` is in 0…1.
  public init(probability: Float = 0.1) {
    precondition((0...1).contains(probability), "a probability must be in 0…1, got \(probability)")
    self.probability = probability
  }

  /// Makes all channels of `picture` its grey level, or leaves it; draws one number.
  public func apply(to picture: inout Picture, using random: inout RandomStream) {
    guard random.uniform() < probability else { return }
    GreyLevel.apply(to: &picture)
  }
}
