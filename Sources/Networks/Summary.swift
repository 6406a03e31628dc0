import Tensors

/// The tree of a network with what each layer costs for one image.
public struct Summary: Sendable, Codable, Equatable {
  /// One layer.
  public struct Row: Sendable, Codable, Equatable {
    /// The full name: "layer1.0.conv1".
    public let name: String

    /// The type: "Conv2d".
    public let kind: String

    /// The output for one image: height, width and channels, or the width of a vector.
    public let outputShape: [Int]

    /// Parameters of the layer and all inside it.
    public let parameterCount: Int

    /// Multiply-accumulates of the convolutions and linear maps of the layer and all inside it.
    public let multiplyAccumulates: Int

    /// How deep the layer lies, 0 for the outermost.
    public let depth: Int
  }

  /// Height, width and channels of the image.
  public let inputShape: [Int]

  /// The layers, outer ones before what is inside them.
  public let rows: [Row]

  /// Parameters of the whole network; running estimates do not count.
  public let parameterCount: Int

  /// Multiply-accumulates of one image, in convolutions and linear maps.
  public let multiplyAccumulates: Int

  /// Bytes that a training step keeps of one image from the forward to the backward pass.
  public let activationBytes: Int

  /// The summary of a network for images of a size, by running one through it.
  public init(of network: Network, height: Int, width: Int, arena: Arena) {
    var outputs: [ObjectIdentifier: Shape] = [:]
    var costs: [ObjectIdentifier: Int] = [:]
    let before = arena.liveByteCount
    // Recorded as in training, so that the tape keeps what a step would; but in evaluation mode, which
    // moves no running estimate.
    let tape = Tape(arena: arena)
    let context = Context(.evaluation, tape: tape, wantsParameterGradients: true)
    context.observer = { layer, _, output in
      outputs[ObjectIdentifier(layer)] = output.shape
      costs[ObjectIdentifier(layer)] = Self.multiplyAccumulates(of: layer, output.shape)
    }
    activationBytes = withExtendedLifetime(tape) {
      _ = network(Tensor([1, height, width, 3], filledWith: 0, in: arena), context)
      return arena.liveByteCount - before
    }
    func cost(_ layer: any Layer) -> Int {
      layer.namedLayers().reduce(costs[ObjectIdentifier(layer)] ?? 0) {
        $0 + (costs[ObjectIdentifier($1.layer)] ?? 0)
      }
    }
    func rows(_ parts: [Part], below prefix: String, depth: Int) -> [Row] {
      parts.flatMap { part -> [Row] in
        guard case .layer(let name, let layer) = part else { return [] }
        let row = Row(
          name: prefix + name, kind: String(describing: type(of: layer)),
          outputShape: Array((outputs[ObjectIdentifier(layer)] ?? []).extents.dropFirst()),
          parameterCount: Self.count(layer.namedParameters()), multiplyAccumulates: cost(layer),
          depth: depth)
        return [row] + rows(layer.parts, below: prefix + name + ".", depth: depth + 1)
      }
    }
    inputShape = [height, width, 3]
    self.rows = rows(network.parts, below: "", depth: 0)
    parameterCount = Self.count(network.namedParameters())
    multiplyAccumulates = cost(network.backbone) + cost(network.classifier)
  }

  private static func count(_ parameters: [NamedParameter]) -> Int {
    parameters.reduce(0) { $0 + $1.parameter.value.count }
  }

  private static func multiplyAccumulates(of layer: any Layer, _ output: Shape) -> Int {
    switch layer {
    case let layer as Conv2d: output[1] * output[2] * layer.weight.value.count
    case let layer as Linear: layer.weight.value.count
    default: 0
    }
  }
}
