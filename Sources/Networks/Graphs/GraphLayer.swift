/// A layer that can say what it computes in inference as nodes of a graph, so that networks of it can be exported.
public protocol GraphLayer: Layer {
  /// Adds the layer's nodes to `graph` and returns its output.
  ///
  /// Layers inside it are added by `InferenceGraph.apply`. Throws a `GraphError` when one of them cannot be described.
  func describe(_ input: GraphValue, in graph: InferenceGraph) throws -> GraphValue
}

/// What flows along an edge of a graph: activations `[batch, channels, height, width]`, or `[batch, channels]`.
public struct GraphValue: Sendable, Equatable {
  /// The edge's name.
  public let name: String

  /// How many channels there are.
  public let channels: Int

  /// An edge of that name.
  public init(_ name: String, channels: Int) {
    self.name = name
    self.channels = channels
  }
}

/// Why a network has no graph.
public struct GraphError: Error, CustomStringConvertible {
  /// The sentence to show.
  public let description: String

  /// An error of one sentence.
  public init(_ description: String) { self.description = description }
}
