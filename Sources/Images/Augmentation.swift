import Kernels

/// Changes one picture at random.
///
/// An augmentation is a pure function of the picture and the stream, which the loader keys by (seed,
/// epoch, index): the result depends neither on batch composition nor on thread count.
public protocol Augmentation: Sendable {
  /// Replaces `picture` by its augmented form. Allocates nothing once the picture's size has settled.
  func apply(to picture: inout Picture, using random: inout RandomStream)

  /// The size of what comes of a picture of that size: the same unless the augmentation resizes.
  func outputSize(height: Int, width: Int) -> (height: Int, width: Int)
}

extension Augmentation {
  /// The picture keeps its size.
  public func outputSize(height: Int, width: Int) -> (height: Int, width: Int) { (height, width) }
}
