import Archives

extension InferenceGraph {
  /// The versions of ONNX's operators that the graph can be written for.
  public static let operatorVersions = 13...21

  /// The version that is written unless another is asked for.
  public static let usualOperatorVersion = 17

  /// Messages of more bytes are beyond the format.
  private static let largestSize = 2_147_483_647

  /// Writes the graph to the ONNX file at `path`, which is replaced as a whole.
  ///
  /// Throws a `FileError` when the file would be larger than 2 GiB or cannot be written.
  public func writeONNX(
    to path: String, name: String, producerVersion: String, operatorVersion: Int = usualOperatorVersion
  ) throws {
    let weights = constants.values.reduce(0) { $0 + $1.shape.reduce(4, *) }
    guard weights < Self.largestSize - 1 << 20 else {
      throw FileError(path, "would hold \(weights) bytes of weights, more than one ONNX file can")
    }
    let model = onnx(name: name, producerVersion: producerVersion, operatorVersion: operatorVersion)
    try AtomicFile.write(model.bytes, to: path)
  }

  /// The graph as an ONNX `ModelProto`.
  ///
  /// - Precondition: the version is one of `operatorVersions`.
  /// - Reference: ONNX, *Open Neural Network Exchange Intermediate Representation Specification*, and `onnx.proto`,
  ///   whose field numbers these are.
  public func onnx(
    name: String, producerVersion: String, operatorVersion: Int = usualOperatorVersion
  ) -> ProtocolBufferMessage {
    precondition(
      Self.operatorVersions.contains(operatorVersion), "ONNX's operators of version \(operatorVersion)")
    var operators = ProtocolBufferMessage()
    operators.add(1, "")
    operators.add(2, operatorVersion)
    var model = ProtocolBufferMessage()
    model.add(1, Self.formatVersion(operatorVersion))
    model.add(2, "limen")
    model.add(3, producerVersion)
    model.add(7, graph(name))
    model.add(8, operators)
    return model
  }

  /// The oldest version of the file format that has these operators, so that many programs read it.
  private static func formatVersion(_ operatorVersion: Int) -> Int {
    switch operatorVersion {
    case ...14: 7
    case ...18: 8
    case ...20: 9
    default: 10
    }
  }

  private func graph(_ name: String) -> ProtocolBufferMessage {
    var graph = ProtocolBufferMessage()
    for node in nodes { graph.add(1, Self.message(node)) }
    graph.add(2, name)
    for name in constantNames {
      guard let constant = constants[name] else { continue }
      graph.add(5, Self.message(name, constant))
    }
    graph.add(11, Self.edge("images", [3, height, width]))
    graph.add(12, Self.edge("logits", [logitCount]))
    graph.add(12, Self.edge("features", [featureWidth]))
    return graph
  }

  private static func message(_ node: Node) -> ProtocolBufferMessage {
    var message = ProtocolBufferMessage()
    for input in node.inputs { message.add(1, input) }
    message.add(2, node.output)
    message.add(3, node.name)
    message.add(4, node.kind)
    for attribute in node.attributes { message.add(5, Self.message(attribute)) }
    return message
  }

  private static func message(_ attribute: Attribute) -> ProtocolBufferMessage {
    var message = ProtocolBufferMessage()
    switch attribute {
    case .float(let name, let value):
      message.add(1, name)
      message.add(2, value)
      message.add(20, 1)
    case .integer(let name, let value):
      message.add(1, name)
      message.add(3, value)
      message.add(20, 2)
    case .integers(let name, let values):
      message.add(1, name)
      // Not packed: the format's second version of Protocol Buffers packs only what says so.
      for value in values { message.add(8, value) }
      message.add(20, 7)
    }
    return message
  }

  private static func message(_ name: String, _ constant: Constant) -> ProtocolBufferMessage {
    var message = ProtocolBufferMessage()
    for extent in constant.shape { message.add(1, extent) }
    switch constant.values {
    case .floats(let values):
      message.add(2, 1)
      message.add(8, name)
      message.add(9, values.withUnsafeBytes { Array($0) })
    case .integers(let values):
      message.add(2, 7)
      message.add(8, name)
      message.add(9, values.map(Int64.init).withUnsafeBytes { Array($0) })
    }
    return message
  }

  /// An input or output of floats whose first extent, the batch, is left open.
  private static func edge(_ name: String, _ extents: [Int]) -> ProtocolBufferMessage {
    var batch = ProtocolBufferMessage()
    batch.add(2, "batch")
    var shape = ProtocolBufferMessage()
    shape.add(1, batch)
    for extent in extents {
      var dimension = ProtocolBufferMessage()
      dimension.add(1, extent)
      shape.add(1, dimension)
    }
    var tensor = ProtocolBufferMessage()
    tensor.add(1, 1)
    tensor.add(2, shape)
    var type = ProtocolBufferMessage()
    type.add(1, tensor)
    var edge = ProtocolBufferMessage()
    edge.add(1, name)
    edge.add(2, type)
    return edge
  }
}
