import Tensors

/// What a network computes in inference, as nodes that other programs know: ONNX's operators.
///
/// Built by walking the network once; every layer describes itself, see `GraphLayer`. The input "images" is
/// `[batch, 3, height, width]`, the outputs are "features" and "logits". Weights keep their names in checkpoints.
public final class InferenceGraph {
  /// One operation.
  public struct Node: Sendable, Equatable {
    /// The operator's name in ONNX, such as "Conv".
    public let kind: String
    /// A name that no other node has.
    public let name: String
    /// The edges and constants it reads.
    public var inputs: [String]
    /// The edge it makes.
    public var output: String
    /// Its settings.
    public let attributes: [Attribute]
  }

  /// A setting of an operation.
  public enum Attribute: Sendable, Equatable {
    /// A whole number.
    case integer(String, Int)
    /// Whole numbers.
    case integers(String, [Int])
    /// A number.
    case float(String, Float)
  }

  /// A tensor that is part of the graph.
  public struct Constant: Sendable, Equatable {
    /// The extents; empty for a single number.
    public let shape: [Int]
    /// Its numbers.
    public let values: Values

    /// Numbers of a constant.
    public enum Values: Sendable, Equatable {
      /// Weights.
      case floats([Float])
      /// Positions and extents.
      case integers([Int])
    }
  }

  /// The operations in an order in which they can be carried out.
  public internal(set) var nodes: [Node] = []

  /// Weights and other constants by name.
  public internal(set) var constants: [String: Constant] = [:]

  /// Names of constants in the order in which they were added.
  public internal(set) var constantNames: [String] = []

  /// Rows of an image.
  public let height: Int

  /// Columns of an image.
  public let width: Int

  /// Width of the output "features".
  public let featureWidth: Int

  /// Width of the output "logits".
  public let logitCount: Int

  private var scope: [String] = []
  private var counts: [String: Int] = [:]

  /// What `network` computes of images of that size.
  ///
  /// With `normalization`, images are red, green and blue in 0…1, from which the mean is taken and which the deviation
  /// divides; else they are normalised already. Throws a `GraphError` when a layer cannot be described.
  public init(
    of network: Network, height: Int, width: Int, normalization: (mean: [Float], deviation: [Float])? = nil
  ) throws {
    self.height = height
    self.width = width
    featureWidth = network.featureWidth
    logitCount = network.logitCount
    var input = GraphValue("images", channels: 3)
    if let (mean, deviation) = normalization {
      let centred = add("Sub", [input.name, constant("mean", [1, 3, 1, 1], mean)], channels: 3)
      input = add("Div", [centred.name, constant("deviation", [1, 3, 1, 1], deviation)], channels: 3)
    }
    let features = try describe(network.backbone, input)
    let head = network.classifier
    let name = network.namedLayers().last { $0.layer === head }?.name ?? "fc"
    let logits = try apply(head, name, to: features)
    rename(features.name, to: "features")
    rename(logits.name, to: "logits")
  }

  /// Adds a layer under its name in the layer that is being described, and returns its output.
  public func apply(_ layer: any Layer, _ name: String, to input: GraphValue) throws -> GraphValue {
    scope.append(name)
    defer { scope.removeLast() }
    return try describe(layer, input)
  }

  /// Adds an operation of those inputs and returns its output.
  public func add(
    _ kind: String, _ inputs: [String], channels: Int, _ attributes: [Attribute] = []
  ) -> GraphValue {
    let name = unique(scoped(kind))
    nodes.append(
      Node(kind: kind, name: name, inputs: inputs, output: name + "_output", attributes: attributes))
    return GraphValue(name + "_output", channels: channels)
  }

  /// Adds a rectifier.
  public func rectified(_ input: GraphValue) -> GraphValue {
    add("Relu", [input.name], channels: input.channels)
  }

  /// Adds the sum of two values of one shape.
  public func sum(_ first: GraphValue, _ second: GraphValue) -> GraphValue {
    add("Add", [first.name, second.name], channels: first.channels)
  }

  /// Adds a convolution without bias with the filters `weight`, `[outputs, inputs, rows, columns]`.
  public func convolution(
    _ input: GraphValue, weight: [Float], shape: [Int], stride: Int, padding: Int
  ) -> GraphValue {
    add(
      "Conv", [input.name, constant("weight", shape, weight)], channels: shape[0],
      [
        .integers("kernel_shape", [shape[2], shape[3]]), .integers("strides", [stride, stride]),
        .integers("pads", [padding, padding, padding, padding]),
      ])
  }

  /// Adds weights of the layer that is being described, and returns their name.
  public func constant(_ name: String, _ shape: [Int], _ values: [Float]) -> String {
    constant(name, Constant(shape: shape, values: .floats(values)))
  }

  /// The values of a weight as its layer sees them in inference: masked where a mask is in force.
  public func values(of weight: Parameter) -> [Float] { inference { $0.use(weight).values } }

  /// What `body` computes in a pass of its own, which nothing is recorded of.
  func inference(_ body: (Context) -> [Float]) -> [Float] {
    body(Context(.evaluation, tape: Tape(arena: Arena(), records: false)))
  }

  /// Adds positions or extents, and returns their name.
  public func constant(_ name: String, _ values: [Int]) -> String {
    constant(name, Constant(shape: [values.count], values: .integers(values)))
  }

  private func constant(_ name: String, _ constant: Constant) -> String {
    let name = unique(scoped(name))
    constants[name] = constant
    constantNames.append(name)
    return name
  }

  private func describe(_ layer: any Layer, _ input: GraphValue) throws -> GraphValue {
    guard let layer = layer as? any GraphLayer else {
      let place = scope.isEmpty ? "" : "\(scope.joined(separator: ".")): "
      throw GraphError("\(place)layers of the kind \(type(of: layer)) cannot be exported")
    }
    return try layer.describe(input, in: self)
  }

  private func scoped(_ name: String) -> String { (scope + [name]).joined(separator: ".") }

  /// The name itself the first time, then with a number.
  private func unique(_ name: String) -> String {
    let count = counts[name, default: 0]
    counts[name] = count + 1
    return count == 0 ? name : "\(name)_\(count)"
  }

  private func rename(_ edge: String, to name: String) {
    for index in nodes.indices {
      if nodes[index].output == edge { nodes[index].output = name }
      nodes[index].inputs = nodes[index].inputs.map { $0 == edge ? name : $0 }
    }
  }
}
