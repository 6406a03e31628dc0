import Tensors

/// The tree of a network with what each layer costs for one image.
public struct Summary: Sendable, Codable, Equatable {
  /// One layer.
  public struct Row: Sendable, Codable, Equatable {
    /// The full name: "layer1.0.conv1".
    public let name: String
    /// The type: "Conv2d".
    public let kind: String
    /// The output for one image.
    public let outputShape: [Int]
    /// Parameters of the layer and all inside it.
    public let parameterCount: Int
    /// Multiply-accumulates of the convolutions and linear maps of the layer and all inside it.
    public let multiplyAccumulates: Int
    /// How deep the layer lies, 0 for the outermost.
    public let depth: Int
  }

  /// The layers, outer ones before what is inside them.
  public let rows: [Row]

  /// Parameters of the whole network; running estimates do not count.
  public let parameterCount: Int

  /// Multiply-accumulates of one image.
  public let multiplyAccumulates: Int

  /// Bytes of all layers' outputs for one image in float32.
  public let activationBytes: Int

  /// The summary of a network for images of a size, by running one through it.
  public init(of network: Network, height: Int, width: Int, arena: Arena) {
    var outputs: [ObjectIdentifier: Shape] = [:]
    var costs: [ObjectIdentifier: Int] = [:]
    var activationCount = 0
    let context = Context(.evaluation, tape: Tape(arena: arena, records: false))
    context.observer = { layer, _, output in
      outputs[ObjectIdentifier(layer)] = output.shape
      costs[ObjectIdentifier(layer)] = Self.multiplyAccumulates(of: layer, output.shape)
      if layer.namedLayers().isEmpty { activationCount += output.count }
    }
    _ = network(Tensor([1, height, width, 3], filledWith: 0, in: arena), context)
    func cost(_ layer: any Layer) -> Int {
      (costs[ObjectIdentifier(layer)] ?? 0)
        + layer.namedLayers().reduce(0) {
          $0 + (costs[ObjectIdentifier($1.layer)] ?? 0)
        }
    }
    rows = network.namedLayers().map { name, layer in
      Row(
        name: name, kind: String(describing: type(of: layer)),
        outputShape: Array((outputs[ObjectIdentifier(layer)] ?? []).extents.dropFirst()),
        parameterCount: layer.namedParameters().reduce(0) { $0 + $1.parameter.value.count },
        multiplyAccumulates: cost(layer), depth: name.count { $0 == "." })
    }
    parameterCount = network.namedParameters().reduce(0) { $0 + $1.parameter.value.count }
    multiplyAccumulates = cost(network.backbone) + cost(network.classifier)
    activationBytes = activationCount * MemoryLayout<Float>.stride
  }

  private static func multiplyAccumulates(of layer: any Layer, _ output: Shape) -> Int {
    switch layer {
    case let layer as Conv2d: output[1] * output[2] * layer.weight.value.count
    case let layer as Linear: layer.weight.value.count
    default: 0
    }
  }
}
