/// A layer that networks repeat, such as a residual block: its output can be looked at in every form of a network.
///
/// `Context.blockObserver` is shown it.
public protocol Block: Layer {
  /// The normalisation that comes before everything else in the block, if there is one.
  var entryNormalization: (any NormalizationLayer)? { get }
}

extension Block {
  /// None: the block begins with a convolution.
  public var entryNormalization: (any NormalizationLayer)? { nil }
}
