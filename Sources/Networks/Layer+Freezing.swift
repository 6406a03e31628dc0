/// A layer that is not the same in training as in evaluation.
public protocol ModalLayer: Layer {
  /// Whether it is applied as in evaluation even while others learn.
  var isFrozen: Bool { get set }
}

extension Layer {
  /// Keeps everything below this layer as it is, or lets it learn again.
  ///
  /// Gradients of frozen parameters are not computed, running estimates stay, nothing is dropped. Where all
  /// layers from the image on are frozen, nothing of them is kept for a backward pass.
  public func freeze(_ frozen: Bool = true) {
    for named in namedParameters() { named.parameter.isFrozen = frozen }
    (self as? any ModalLayer)?.isFrozen = frozen
    for (_, layer) in namedLayers() { (layer as? any ModalLayer)?.isFrozen = frozen }
  }
}
