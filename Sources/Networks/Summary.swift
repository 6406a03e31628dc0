import Kernels
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

  /// How activations are stored: "float32" or "bfloat16".
  public let precision: String

  /// Bytes that a training step keeps of one image from the forward to the backward pass.
  public let activationBytes: Int

  /// Bytes that a training step needs at its worst moment for each image of a batch.
  public let stepBytesPerImage: Int

  /// Bytes that it needs besides, whatever the batch: gradients of the parameters and working memory.
  public let stepBytes: Int

  /// The summary of a network for images of a size, by running a few through it.
  public init(
    of network: Network, height: Int, width: Int, precision: ElementType = .float32, arena: Arena
  ) {
    var outputs: [ObjectIdentifier: Shape] = [:]
    var costs: [ObjectIdentifier: Int] = [:]
    let looking = Context(.evaluation, tape: Tape(arena: arena, records: false))
    looking.observer = { layer, _, output in
      outputs[ObjectIdentifier(layer)] = output.shape
      costs[ObjectIdentifier(layer)] = Self.multiplyAccumulates(of: layer, output.shape)
    }
    _ = network(Tensor([1, height, width, 3], filledWith: 0, in: arena), looking)
    func cost(_ layer: any Layer) -> Int {
      layer.namedLayers().reduce(costs[ObjectIdentifier(layer)] ?? 0) {
        $0 + (costs[ObjectIdentifier($1.layer)] ?? 0)
      }
    }
    multiplyAccumulates = cost(network.backbone) + cost(network.classifier)
    // Of a single image's step, most is what does not grow with the batch; large networks cannot wait for more.
    let batch = multiplyAccumulates < 1_000_000_000 ? 4 : 1
    let (one, two) = (
      StepMemory(of: network, [batch, height, width, 3], precision),
      StepMemory(of: network, [2 * batch, height, width, 3], precision)
    )
    self.precision = precision.rawValue
    activationBytes = StepMemory.kept(of: network, [1, height, width, 3], precision)
    stepBytesPerImage = (two.peak - one.peak) / batch
    stepBytes = max(0, 2 * one.peak - two.peak)
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
  }

  /// Bytes that training with such a batch takes: weights, what the optimizer remembers of them (one vector for
  /// SGD's velocity, two for Adam), and a step's activations and gradients.
  ///
  /// The pictures themselves and what loads them come on top.
  public func trainingBytes(batchSize: Int, optimizerVectors: Int = 1) -> Int {
    4 * parameterCount * (1 + optimizerVectors) + stepBytes + batchSize * stepBytesPerImage
  }

  private static func count(_ parameters: [NamedParameter]) -> Int {
    parameters.reduce(0) { $0 + $1.parameter.value.count }
  }

  /// Multiply-accumulates of one image in the network's backbone and in its classifier, without the rest of a summary.
  package static func multiplyAccumulates(
    of network: Network, height: Int, width: Int, arena: Arena
  ) -> (backbone: Int, classifier: Int) {
    var sum = 0
    let looking = Context(.evaluation, tape: Tape(arena: arena, records: false))
    looking.observer = { layer, _, output in sum += multiplyAccumulates(of: layer, output.shape) }
    _ = network(Tensor([1, height, width, 3], filledWith: 0, in: arena), looking)
    let classifier = network.classifier.weight.value.count
    return (sum - classifier, classifier)
  }

  private static func multiplyAccumulates(of layer: any Layer, _ output: Shape) -> Int {
    guard let layer = layer as? any WeightedLayer else { return 0 }
    return layer.uses(output: output.extents) * layer.weight.value.count
  }
}

/// What a training step takes of an arena's memory.
private struct StepMemory {
  /// Bytes at the worst moment.
  let peak: Int

  /// Takes a step in evaluation mode, which keeps as much as training but moves no running estimate, and drops the
  /// gradients.
  init(of network: Network, _ images: Shape, _ precision: ElementType) {
    let arena = Arena()
    let (tape, logits) = Self.forward(network, images, precision, arena)
    tape.backward(from: tape.apply(CrossEntropy(labels: Array(repeating: 0, count: images[0])), logits))
    peak = arena.peakByteCount
  }

  /// Bytes that are kept between the forward and the backward pass.
  static func kept(of network: Network, _ images: Shape, _ precision: ElementType) -> Int {
    let arena = Arena()
    return withExtendedLifetime(forward(network, images, precision, arena)) { arena.liveByteCount }
  }

  private static func forward(
    _ network: Network, _ images: Shape, _ precision: ElementType, _ arena: Arena
  ) -> (tape: Tape, logits: Tensor) {
    let tape = Tape(arena: arena)
    let context = Context(.evaluation, tape: tape, precision: precision, wantsParameterGradients: true)
    return (tape, network(Tensor(images, filledWith: 0, in: arena), context).logits)
  }
}
