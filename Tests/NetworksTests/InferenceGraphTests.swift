import Archives
import Networks
import Tensors
import TestSupport
import Testing

/// Networks as graphs of ONNX's operators, and the files they are written to.
@Suite("Graphs for other programs")
struct InferenceGraphTests {
  @Test("Messages are written as Protocol Buffers' own examples have them")
  func wireFormat() {
    var message = ProtocolBufferMessage()
    message.add(1, 150)
    #expect(message.bytes == [0x08, 0x96, 0x01])
    message = ProtocolBufferMessage()
    message.add(2, "testing")
    #expect(message.bytes == [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6E, 0x67])
    var outer = ProtocolBufferMessage()
    var inner = ProtocolBufferMessage()
    inner.add(1, 150)
    outer.add(3, inner)
    outer.add(20, -1)
    outer.add(4, Float(1))
    #expect(
      outer.bytes == [0x1A, 0x03, 0x08, 0x96, 0x01, 0xA0, 0x01] + Array(repeating: 0xFF, count: 9) + [0x01]
        + [0x25, 0, 0, 0x80, 0x3F])
    let reader = ProtocolBufferReader(outer.bytes)
    #expect(
      reader?.integers(20) == [-1] && reader?.floats(4) == [1]
        && reader?.messages(3).first?.integers(1) == [150])
  }

  @Test("A small network is written field by field as ONNX's description asks for")
  func file() throws {
    let graph = try graph(of: .narrowResNet(depth: 8, shortcut: .pad), classes: 3)
    let bytes = graph.onnx(name: "resnet8", producerVersion: "1.2", operatorVersion: 17).bytes
    let model = try #require(ProtocolBufferReader(bytes))
    #expect(model.integers(1) == [8] && model.texts(2) == ["limen"] && model.texts(3) == ["1.2"])
    #expect(model.messages(8).map { $0.integers(2) } == [[17]])
    let content = try #require(model.messages(7).first)
    #expect(content.texts(2) == ["resnet8"])
    let nodes = content.messages(1)
    #expect(nodes.count == graph.nodes.count)
    let stem = try #require(nodes.first)
    #expect(
      stem.texts(1) == ["images", "conv1.weight"] && stem.texts(4) == ["Conv"]
        && stem.texts(3) == ["conv1.Conv"])
    let pads = try #require(stem.messages(5).first { $0.texts(1) == ["pads"] })
    #expect(pads.integers(8) == [1, 1, 1, 1] && pads.integers(20) == [7])
    let norm = try #require(nodes.dropFirst().first)
    #expect(norm.texts(4) == ["BatchNormalization"])
    #expect(
      norm.texts(1) == ["conv1.Conv_output"]
        + ["weight", "bias", "running_mean", "running_var"].map { "bn1.\($0)" })
    #expect(norm.messages(5).first?.floats(2) == [1e-5] && norm.messages(5).first?.integers(20) == [1])
    let head = try #require(nodes.last)
    #expect(
      head.texts(4) == ["Gemm"] && head.texts(1) == ["features", "fc.weight", "fc.bias"]
        && head.texts(2) == ["logits"])
    // Every edge that is read has been made before; every constant is there.
    let constants = content.messages(5)
    var known = Set(constants.flatMap { $0.texts(8) } + ["images"])
    for node in nodes {
      #expect(node.texts(1).allSatisfy(known.contains), "\(node.texts(3))")
      known.formUnion(node.texts(2))
    }
    let weight = try #require(constants.first { $0.texts(8) == ["fc.weight"] })
    #expect(
      weight.integers(1) == [3, 64] && weight.integers(2) == [1] && weight.bytes(9).first?.count == 768)
    #expect(content.messages(11).map { $0.texts(1) } == [["images"]])
    #expect(content.messages(12).map { $0.texts(1) } == [["logits"], ["features"]])
    let shape = try #require(
      content.messages(11).first?.messages(2).first?.messages(1).first?.messages(2).first)
    #expect(shape.messages(1).map { $0.integers(1) } == [[], [3], [32], [32]])
    #expect(shape.messages(1).first?.texts(2) == ["batch"])
  }

  @Test("Each kind of shortcut, pooling and concatenation has its operators")
  func operators() throws {
    func counts(_ choice: NetworkChoice, folds: Bool = false) throws -> [String: Int] {
      let graph = try graph(of: choice, classes: 10)
      if folds { graph.foldNormalizations() }
      return Dictionary(graph.nodes.map { ($0.kind, 1) }, uniquingKeysWith: +)
    }
    #expect(
      try counts(.narrowResNet(depth: 8, shortcut: .pad)) == [
        "Conv": 7, "BatchNormalization": 7, "Relu": 7, "Add": 3, "Slice": 2, "Pad": 2, "GlobalAveragePool": 1,
        "Flatten": 1, "Gemm": 1,
      ])
    #expect(try counts(.narrowResNet(depth: 8, shortcut: .projection))["Conv"] == 9)
    #expect(
      try counts(.narrowResNet(depth: 8, shortcut: .projection), folds: true)["BatchNormalization"] == nil)
    #expect(try counts(.resnet18(stem: .imagenet))["MaxPool"] == 1)
    // Before a convolution a normalisation cannot be folded: of each block's two one can.
    let wide = NetworkChoice.wideResNet(depth: 10, width: 1)
    #expect(
      try counts(wide)["BatchNormalization"] == 7 && counts(wide, folds: true)["BatchNormalization"] == 4)
    let dense = try counts(.denseNet(depth: 10, growth: 4, reduction: 0.5))
    #expect(dense["Concat"] == 3 && dense["AveragePool"] == 2 && dense["BatchNormalization"] == 9)
  }

  @Test(
    "Big Transfer's networks: standardised weights, groups as channels, a margin that is never quite zero")
  func bigTransfer() throws {
    let arena = Arena()
    let network = NetworkChoice.bit(depth: 14, width: 32).network(logitCount: 3, seed: 0, arena: arena)
    let graph = try InferenceGraph(of: network, height: 64, width: 64)
    #expect(
      graph.nodes.prefix(10).map(\.kind) == [
        "Conv", "Pad", "MaxPool", "Shape", "Reshape", "InstanceNormalization", "Reshape", "Mul", "Add",
        "Relu",
      ])
    guard case .floats(let border)? = graph.constants[graph.nodes[1].inputs[2]]?.values,
      case .floats(let filters)? = graph.constants[graph.nodes[0].inputs[1]]?.values
    else {
      Issue.record("the margin or the filters are no floats")
      return
    }
    #expect(border == [1e-30])
    let size = filters.count / 32
    for first in stride(from: 0, to: filters.count, by: size) {
      let filter = filters[first..<first + size].map(Double.init)
      #expect(abs(filter.reduce(0, +) / Double(size)) < 1e-6)
      #expect(abs(filter.reduce(0) { $0 + $1 * $1 } / Double(size) - 1) < 1e-4)
    }
  }

  @Test("Folding changes a convolution's weights as the formula says and leaves shared edges alone")
  func folding() throws {
    let arena = Arena()
    let network = NetworkChoice.narrowResNet(depth: 8, shortcut: .projection)
      .network(logitCount: 2, seed: 3, arena: arena)
    for part in network.leaves {
      guard case .buffer(let name, let buffer) = part, name.hasPrefix("bn1.") else { continue }
      buffer.value.assign((0..<16).map { name.hasSuffix("mean") ? Float($0) / 8 : Float($0 + 1) / 4 })
    }
    let graph = try InferenceGraph(of: network, height: 32, width: 32)
    func floats(_ name: String) throws -> [Float] {
      guard case .floats(let values)? = graph.constants[name]?.values else { return [] }
      return values
    }
    let (weight, gamma, beta) = try (floats("conv1.weight"), floats("bn1.weight"), floats("bn1.bias"))
    graph.foldNormalizations()
    let (folded, bias) = try (floats("conv1.weight"), floats("conv1.bias"))
    #expect(folded.count == weight.count && bias.count == 16)
    for channel in 0..<16 {
      let scale = gamma[channel] / (Float(channel + 1) / 4 + 1e-5).squareRoot()
      #expect(abs(bias[channel] - (beta[channel] - Float(channel) / 8 * scale)) < 1e-6)
      for index in channel * 27..<channel * 27 + 27 {
        #expect(abs(folded[index] - weight[index] * scale) < 1e-6)
      }
    }
    #expect(graph.constants["bn1.weight"] == nil && !graph.constantNames.contains("bn1.running_mean"))
    #expect(graph.nodes.first?.inputs == ["images", "conv1.weight", "conv1.bias"])
    #expect(graph.nodes.dropFirst().first?.inputs == ["conv1.Conv_output"])
  }

  @Test("The normalisation can stand in front, and layers that cannot be described are named")
  func normalization() throws {
    let arena = Arena()
    let network = NetworkChoice.narrowResNet(depth: 8, shortcut: .pad).network(
      logitCount: 2, seed: 3, arena: arena)
    let graph = try InferenceGraph(
      of: network, height: 32, width: 32, normalization: (mean: [0.1, 0.2, 0.3], deviation: [1, 2, 3]))
    #expect(graph.nodes.prefix(3).map(\.kind) == ["Sub", "Div", "Conv"])
    let deviation = try #require(graph.constants["deviation"])
    #expect(deviation.shape == [1, 3, 1, 1] && deviation.values == .floats([1, 2, 3]))
    let odd = Network(
      Sequential([Odd()]), featureWidth: 3, logitCount: 2, Initializer(seed: 1, rule: .uniform, arena: arena))
    let error = #expect(throws: GraphError.self) { try InferenceGraph(of: odd, height: 8, width: 8) }
    #expect(error?.description == "0: layers of the kind Odd cannot be exported")
  }

  private func graph(of choice: NetworkChoice, classes: Int) throws -> InferenceGraph {
    try InferenceGraph(
      of: choice.network(logitCount: classes, seed: 1, arena: Arena()), height: 32, width: 32)
  }
}

/// A layer that says nothing about itself.
private final class Odd: Layer {
  var parts: [Part] {}

  func forward(_ input: Tensor, _ context: Context) -> Tensor { input }
}
