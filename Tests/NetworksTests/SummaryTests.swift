import Archives
import Foundation
import Kernels
import Networks
import Tensors
import TestSupport
import Testing

/// What `limen network` shows.
@Suite("Summaries")
struct SummaryTests {
  @Test("Rows give the tree, shapes, parameters and multiply-accumulates, outer layers before inner ones")
  func rows() {
    let arena = Arena()
    let network = NetworkChoice.narrowResNet(depth: 8, shortcut: .pad).network(
      logitCount: 10, seed: 0, arena: arena)
    let rows = Summary(of: network, height: 32, width: 32, arena: arena).rows.map { row in
      "\(row.depth) \(row.name) \(row.kind) \(row.outputShape) \(row.parameterCount) \(row.multiplyAccumulates)"
    }
    #expect(
      Array(rows.prefix(9)) == [
        "0 conv1 Conv2d [32, 32, 16] 432 442368",
        "0 bn1 BatchNorm [32, 32, 16] 32 0",
        "0 layer1 Sequential [32, 32, 16] 4672 4718592",
        "1 layer1.0 BasicBlock [32, 32, 16] 4672 4718592",
        "2 layer1.0.conv1 Conv2d [32, 32, 16] 2304 2359296",
        "2 layer1.0.bn1 BatchNorm [32, 32, 16] 32 0",
        "2 layer1.0.conv2 Conv2d [32, 32, 16] 2304 2359296",
        "2 layer1.0.bn2 BatchNorm [32, 32, 16] 32 0",
        "0 layer2 Sequential [16, 16, 32] 13952 3538944",
      ])
    #expect(rows.contains("2 layer2.0.shortcut PaddedShortcut [16, 16, 32] 0 0"))
    #expect(
      Array(rows.suffix(2)) == ["0 avgpool GlobalAveragePool [64] 0 0", "0 fc Linear [10] 650 640"])
  }

  @Test("Activation memory is what the tape keeps: convolution outputs, ReLU outputs and the image")
  func activations() {
    let arena = Arena()
    let network = NetworkChoice.narrowResNet(depth: 20, shortcut: .projection).network(
      logitCount: 10, seed: 0, arena: arena)
    let live = arena.liveByteCount
    let summary = Summary(of: network, height: 32, width: 32, arena: arena)
    // Stem: 2 maps; 3 blocks of 4 maps a stage; the projections of stages 2 and 3 add one map each.
    let maps = 14 * 32 * 32 * 16 + 13 * 16 * 16 * 32 + 13 * 8 * 8 * 64
    let expected = 4 * (maps + 32 * 32 * 3 + 64)
    #expect(summary.activationBytes >= expected)
    #expect(Double(summary.activationBytes) < 1.01 * Double(expected))
    #expect(arena.liveByteCount == live, "the summary keeps nothing")
  }

  @Test(
    "Estimated training memory is what a training takes, within a fifth",
    arguments: [
      NetworkChoice.narrowResNet(depth: 20, shortcut: .projection), .wideResNet(depth: 16, width: 2),
      .denseNet(depth: 40, growth: 12, reduction: 0.5), .bit(depth: 14, width: 32),
    ], ElementType.allCases)
  func trainingMemory(choice: NetworkChoice, precision: ElementType) {
    let summary = Summary(
      of: choice.network(logitCount: 10, seed: 0, arena: Arena()), height: 32, width: 32,
      precision: precision,
      arena: Arena())
    let arena = Arena()
    let network = choice.network(logitCount: 10, seed: 0, arena: arena)
    let optimizer = SGD(SGD.Settings(), network.namedParameters())
    let batch = 12
    for step in 0..<3 {
      let context = Context(.training, tape: Tape(arena: arena), precision: precision, step: step)
      let output = network(Tensor([batch, 32, 32, 3], filledWith: 0.5, in: arena), context)
      context.tape.backward(
        from: context.tape.apply(CrossEntropy(labels: Array(repeating: 1, count: batch)), output.logits))
      context.collectGradients()
      optimizer.step(learningRate: 0.01)
    }
    let taken = Double(arena.peakByteCount + 4 * summary.parameterCount)
    let estimate = Double(summary.trainingBytes(batchSize: batch))
    #expect(abs(estimate / taken - 1) < 0.2, "estimated \(estimate), taken \(taken)")
    #expect(summary.precision == precision.rawValue)
  }

  @Test("In bfloat16 an image's activations take half the bytes")
  func narrowActivations() {
    let arena = Arena()
    let network = NetworkChoice.wideResNet(depth: 16, width: 2).network(logitCount: 10, seed: 0, arena: arena)
    let bytes = ElementType.allCases.map { type in
      Double(Summary(of: network, height: 32, width: 32, precision: type, arena: arena).activationBytes)
    }
    #expect(abs(bytes[1] / bytes[0] - 0.5) < 0.02)
  }

  @Test("A summary leaves the network as it was")
  func purity() {
    let arena = Arena()
    let network = NetworkChoice.narrowResNet(depth: 8, shortcut: .projection).network(
      logitCount: 10, seed: 0, arena: arena)
    let before = StateDict.arrays(of: network)
    _ = Summary(of: network, height: 32, width: 32, arena: arena)
    #expect(StateDict.arrays(of: network) == before)
  }

  @Test("A summary survives JSON")
  func json() throws {
    let arena = Arena()
    let network = NetworkChoice.resnet18(stem: .imagenet).network(logitCount: 5, seed: 0, arena: arena)
    let summary = Summary(of: network, height: 64, width: 48, arena: arena)
    #expect(summary.inputShape == [64, 48, 3])
    #expect(summary.rows.first { $0.name == "maxpool" }?.outputShape == [16, 12, 64])
    #expect(summary.rows.first { $0.name == "layer4" }?.outputShape == [2, 2, 512])
    #expect(summary.rows.first { $0.name == "avgpool" }?.outputShape == [512])
    #expect(try JSONDecoder().decode(Summary.self, from: JSONEncoder().encode(summary)) == summary)
  }
}
