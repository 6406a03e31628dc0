import Archives
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

/// What `limen network` shows.
@Suite("Summaries")
struct SummaryTests {
  @Test("The table shows the tree, shapes, parameters, multiply-accumulates and totals")
  func table() {
    let arena = Arena()
    let network = NetworkChoice.narrowResNet(depth: 8, shortcut: .pad).network(
      logitCount: 10, seed: 0, arena: arena)
    let lines = Summary(of: network, height: 32, width: 32, arena: arena).description
      .split(separator: "\n", omittingEmptySubsequences: false)
    #expect(
      lines.prefix(10).joined(separator: "\n") == """
        layer         kind               output    parameters  multiply-accumulates
        conv1         Conv2d             32×32×16         432               442,368
        bn1           BatchNorm          32×32×16          32                     0
        layer1        Sequential         32×32×16       4,672             4,718,592
          0           BasicBlock         32×32×16       4,672             4,718,592
            conv1     Conv2d             32×32×16       2,304             2,359,296
            bn1       BatchNorm          32×32×16          32                     0
            conv2     Conv2d             32×32×16       2,304             2,359,296
            bn2       BatchNorm          32×32×16          32                     0
        layer2        Sequential         16×16×32      13,952             3,538,944
        """)
    #expect(lines.contains("    shortcut  PaddedShortcut     16×16×32           0                     0"))
    #expect(
      lines.suffix(3).first == "fc            Linear             10               650                   640")
    #expect(
      lines.last?.hasPrefix("32×32×3 image: 75,290 parameters, 12,239,488 multiply-accumulates, ") == true)
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
