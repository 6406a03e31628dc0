import Networks
import Tensors

/// The head that a method attached to the network and that its loss runs.
final class AttachedHead {
  private var layer: (any Layer)?

  /// Attaches a fresh head.
  func attach(_ layer: any Layer, to network: Network, as name: String) {
    network.attach(layer, as: name)
    self.layer = layer
  }

  /// What the head makes of features.
  ///
  /// - Precondition: it was attached.
  func callAsFunction(_ features: Tensor, _ context: Context) -> Tensor {
    guard let layer else { preconditionFailure("a method is arranged before its loss is asked for") }
    return layer(features, context)
  }
}
