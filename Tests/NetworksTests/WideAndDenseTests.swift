import Archives
import Networks
import Tensors
import TestSupport
import Testing

/// Names, counts and arithmetic of wide residual and dense networks.
@Suite("Wide and dense networks")
struct WideAndDenseTests {
  /// Published counts by the network they describe.
  static let rows: [(row: String, choice: NetworkChoice)] =
    [(16, 2), (16, 4), (28, 10), (40, 2), (40, 4)].map { depth, width in
      ("WRN-\(depth)-\(width)", .wideResNet(depth: depth, width: width))
    } + [("DenseNet-BC-100-12", .denseNet(depth: 100, growth: 12, reduction: 0.5))]

  @Test("Networks of any depth and width are found by name, others are not")
  func families() {
    #expect(NetworkChoice.named("wrn40-4") == .wideResNet(depth: 40, width: 4))
    #expect(NetworkChoice.named("wrn10-1") == .wideResNet(depth: 10, width: 1))
    #expect(NetworkChoice.named("wrn994-999") == .wideResNet(depth: 994, width: 999))
    #expect(NetworkChoice.named("densenet100") == .denseNet(depth: 100, growth: 12, reduction: 0.5))
    #expect(NetworkChoice.named("densenet10") == .denseNet(depth: 10, growth: 12, reduction: 0.5))
    for name in ["wrn10-1", "wrn40-2", "densenet100", "densenet190"] {
      #expect(NetworkChoice.named(name)?.name == name)
    }
    let others = [
      "wrn", "wrn40", "wrn40-0", "wrn41-4", "wrn4-1", "wrn040-4", "wrn40-04", "wrn40-4x", "wrn-40-4",
      "wrn1000-1", "wrnD-K", "densenet", "densenet9", "densenet010", "densenet100-12", "densenet-100",
      "densenet1000",
    ]
    for name in others { #expect(NetworkChoice.named(name) == nil, "\(name)") }
  }

  @Test("State-dict names and shapes are those of the public code")
  func names() throws {
    let golden = try Golden("a03_backbones", in: .module)
    let choices: [(String, String)] = [
      ("state_dict_wrn_40_4", "wrn40-4"), ("state_dict_densenet_bc_100_12", "densenet100"),
    ]
    for (name, choice) in choices {
      let expected = golden[name]["outputs"]["names_shapes"].array.map { entry in
        "\(entry[0].string) \(entry[1].array.map(\.int))"
      }
      let network = try #require(NetworkChoice.named(choice)).network(
        logitCount: 10, seed: 0, arena: Arena())
      #expect(expected.count > 100)
      #expect(StateDict.arrays(of: network).map { "\($0.name) \($0.shape)" } == expected)
    }
  }

  @Test(
    "Parameters, norm parameters and multiply-accumulates equal the published counts", arguments: [10, 100])
  func counts(classes: Int) throws {
    let listed = try Golden("a03_backbones", in: .module)["counts"]["outputs"]["rows"].array
    for (name, choice) in Self.rows {
      let row = try #require(listed.first { $0["name"].string == name && $0["classes"].int == classes })
      let arena = Arena()
      let network = choice.network(logitCount: classes, seed: 0, arena: arena)
      let summary = Summary(of: network, height: 32, width: 32, arena: arena)
      #expect(summary.parameterCount == row["params"].int, "\(name)")
      #expect(summary.multiplyAccumulates == row["macs"].int, "\(name)")
      let norms = summary.rows.filter { $0.kind == "BatchNorm" }.reduce(0) { $0 + $1.parameterCount }
      #expect(norms == row["norm_affine_params"].int, "\(name)")
    }
  }

  @Test("Widths follow growth and reduction, and a depth between two is the lower one")
  func widths() {
    func network(_ depth: Int, _ growth: Int, _ reduction: Double) -> Network {
      NetworkChoice.denseNet(depth: depth, growth: growth, reduction: reduction)
        .network(logitCount: 10, seed: 0, arena: Arena())
    }
    #expect(network(100, 12, 0.5).featureWidth == 342)
    // 10 → 25 ⌊·0.7⌋ → 17 → 32 ⌊·0.7⌋ → 22 → 37
    #expect(network(23, 5, 0.7).featureWidth == 37)
    // 2 → 3, of which a tenth is none: one channel stays.
    #expect(network(10, 1, 0.1).featureWidth == 2)
    #expect(network(40, 12, 1).featureWidth == 24 + 18 * 12)
    #expect(
      StateDict.arrays(of: network(101, 12, 0.5)).map(\.name)
        == StateDict.arrays(of: network(100, 12, 0.5)).map(\.name))
    let wide = NetworkChoice.wideResNet(depth: 10, width: 3).network(logitCount: 2, seed: 0, arena: Arena())
    #expect(wide.featureWidth == 192)
  }

  @Test("Pictures of the smallest side pass through")
  func smallestSide() {
    let choices: [NetworkChoice] = [
      .wideResNet(depth: 10, width: 1), .denseNet(depth: 10, growth: 2, reduction: 0.5),
    ]
    for choice in choices {
      let arena = Arena()
      let network = choice.network(logitCount: 3, seed: 0, arena: arena)
      let side = choice.minimumSide
      let output = network(Tensor([2, side, side, 3], filledWith: 1, in: arena), Context(.evaluation, arena))
      #expect(output.logits.shape == [2, 3])
    }
  }

  @Test("A summary counts depth by layers, not by the dots in names")
  func summary() {
    let arena = Arena()
    let network = NetworkChoice.denseNet(depth: 16, growth: 4, reduction: 0.5).network(
      logitCount: 10, seed: 0, arena: arena)
    let rows = Summary(of: network, height: 8, width: 8, arena: arena).rows.map { row in
      "\(row.depth) \(row.name) \(row.kind) \(row.outputShape)"
    }
    #expect(
      Array(rows.prefix(7)) == [
        "0 conv1 Conv2d [8, 8, 8]", "0 block1 DenseBlock [8, 8, 16]",
        "1 block1.layer.0 BottleneckLayer [8, 8, 4]", "2 block1.layer.0.bn1 BatchNorm [8, 8, 8]",
        "2 block1.layer.0.conv1 Conv2d [8, 8, 16]", "2 block1.layer.0.bn2 BatchNorm [8, 8, 16]",
        "2 block1.layer.0.conv2 Conv2d [8, 8, 4]",
      ])
    #expect(rows.contains("1 trans1.avgpool AveragePool [4, 4, 8]"))
    #expect(rows.contains("0 bn1 BatchNorm [2, 2, 16]"))
  }
}
