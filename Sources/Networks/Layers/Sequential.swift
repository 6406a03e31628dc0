import Tensors

/// Layers applied one after the other, named "0", "1" and so on, or "layer.0", "layer.1" behind a prefix, or by
/// names of their own.
public final class Sequential: Layer {
  /// The layers, in order.
  public let layers: [any Layer]

  private let names: [String]

  /// A chain of given layers; `prefix` stands before their numbers in checkpoints.
  public init(_ layers: [any Layer], prefix: String = "") {
    self.layers = layers
    names = layers.indices.map { prefix + String($0) }
  }

  /// A chain of given layers with a name each.
  ///
  /// - Precondition: there are as many names as layers.
  public init(_ layers: [any Layer], names: [String]) {
    precondition(layers.count == names.count, "\(names.count) names for \(layers.count) layers")
    self.layers = layers
    self.names = names
  }

  /// The layers under their names.
  public var parts: [Part] {
    for (name, layer) in zip(names, layers) { Part.layer(name, layer) }
  }

  /// The last layer's output.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    layers.reduce(input) { $1($0, context) }
  }
}

extension Sequential: GraphLayer {
  /// One layer after the other.
  public func describe(_ input: GraphValue, in graph: InferenceGraph) throws -> GraphValue {
    try parts.reduce(input) { value, part in
      guard case .layer(let name, let layer) = part else { return value }
      return try graph.apply(layer, name, to: value)
    }
  }
}
