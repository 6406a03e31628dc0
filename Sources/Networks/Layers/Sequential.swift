import Tensors

/// Layers applied one after the other, named "0", "1" and so on.
public final class Sequential: Layer {
  /// The layers, in order.
  public let layers: [any Layer]

  /// A chain of given layers.
  public init(_ layers: [any Layer]) {
    self.layers = layers
  }

  /// The layers under their numbers.
  public var parts: [Part] {
    for (index, layer) in layers.enumerated() { Part.layer(String(index), layer) }
  }

  /// The last layer's output.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    layers.reduce(input) { $1($0, context) }
  }
}
