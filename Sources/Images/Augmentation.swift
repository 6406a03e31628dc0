import Kernels

/// Changes one picture at random.
///
/// An augmentation is a pure function of the picture and the stream, which the loader keys by (seed,
/// epoch, index): the result depends neither on batch composition nor on thread count.
public protocol Augmentation: Sendable {
  /// Replaces `picture` by its augmented form. Allocates nothing once the picture's size has settled.
  func apply(to picture: inout Picture, using random: inout RandomStream)
}
