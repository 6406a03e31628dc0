import Archives
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

/// Names, shapes, counts and gradients of every residual network.
@Suite("Residual networks")
struct ResNetTests {
  /// Published counts by the network they describe.
  static let rows: [(row: String, choice: NetworkChoice)] =
    [("ResNet-18 (3x3 stem)", .resnet18(stem: .cifar))]
    + [20, 32, 56].flatMap { depth in
      [
        ("ResNet-\(depth) optA", .narrowResNet(depth: depth, shortcut: .pad)),
        ("ResNet-\(depth) optB", .narrowResNet(depth: depth, shortcut: .projection)),
      ]
    }

  @Test("Networks are found by the names of the interface")
  func choices() {
    let depths = [8, 14, 20, 32, 44, 56, 18, 34, 50, 101]
    #expect(NetworkChoice.all.map(\.name).filter { $0.hasPrefix("resnet") } == depths.map { "resnet\($0)" })
    #expect(depths.map { NetworkChoice.named("resnet\($0)")?.name } == depths.map { "resnet\($0)" })
    #expect(NetworkChoice.named("resnet20") == .narrowResNet(depth: 20, shortcut: .projection))
    #expect(NetworkChoice.named("resnet19") == nil)
  }

  @Test("State-dict names and shapes are PyTorch's, with the head called fc")
  func names() throws {
    let golden = try Golden("a03_backbones", in: .module)
    let choices: [(String, NetworkChoice)] = [
      ("state_dict_resnet20", .narrowResNet(depth: 20, shortcut: .projection)),
      ("state_dict_resnet18_kuangliu_openood_rna", .resnet18(stem: .cifar)),
    ]
    for (name, choice) in choices {
      let expected = golden[name]["outputs"]["names_shapes"].array.map { entry in
        let name = entry[0].string.replacingOccurrences(of: "linear.", with: "fc.")
        return "\(name) \(entry[1].array.map(\.int))"
      }
      let network = choice.network(logitCount: 10, seed: 0, arena: Arena())
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

  @Test(
    "Networks outside the golden file have their published parameter counts",
    arguments: [
      (NetworkChoice.narrowResNet(depth: 8, shortcut: .projection), 10, 78_042),
      (.narrowResNet(depth: 14, shortcut: .projection), 10, 175_258),
      (.narrowResNet(depth: 44, shortcut: .projection), 10, 661_338),
      (.resnet34(stem: .cifar), 10, 21_282_122),
      (.resnet18(stem: .imagenet), 1000, 11_689_512),
      (.resnet34(stem: .imagenet), 1000, 21_797_672),
      (.resnet50(stem: .imagenet), 1000, 25_557_032),
      (.resnet101(stem: .imagenet), 1000, 44_549_160),
      (.resnet50(stem: .cifar), 10, 23_520_842),
    ])
  func otherCounts(choice: NetworkChoice, classes: Int, count: Int) {
    let network = choice.network(logitCount: classes, seed: 0, arena: Arena())
    #expect(network.namedParameters().reduce(0) { $0 + $1.parameter.value.count } == count)
  }

  @Test("ResNet-18 with the ImageNet stem takes 1,814,073,344 multiply-accumulates at 224×224")
  func imageNetCost() {
    let arena = Arena()
    let network = NetworkChoice.resnet18(stem: .imagenet).network(logitCount: 1000, seed: 0, arena: arena)
    let summary = Summary(of: network, height: 224, width: 224, arena: arena)
    #expect(summary.multiplyAccumulates == 1_814_073_344)
  }

  @Test(
    "A step through any network gives every parameter a finite gradient", arguments: NetworkChoice.everyKind)
  func gradients(choice: NetworkChoice) {
    let arena = Arena()
    let network = choice.network(logitCount: 7, seed: 3, arena: arena)
    network.startHeadAtRandom()
    let context = Context(.training, arena)
    let shape: Shape = [2, choice.side, choice.side, 3]
    let images = Tensor(shape, randomValues(shape.count, seed: 5).map(Float.init), in: arena)
    let output = network(images, context)
    #expect(output.features.shape == [2, network.featureWidth])
    #expect(output.logits.shape == [2, 7])
    context.tape.backward(from: context.tape.apply(CrossEntropy(labels: [0, 6]), output.logits))
    context.collectGradients()
    for (name, parameter) in network.namedParameters().map({ ($0.name, $0.parameter) }) {
      let gradient = parameter.gradient?.values ?? []
      #expect(gradient.count == parameter.value.count, "\(name)")
      #expect(gradient.allSatisfy(\.isFinite) && gradient.contains { $0 != 0 }, "\(name)")
    }
  }

  @Test("A loss on the features alone leaves the head without a gradient")
  func unreachedParameters() {
    let arena = Arena()
    let network = NetworkChoice.narrowResNet(depth: 8, shortcut: .pad).network(
      logitCount: 4, seed: 0, arena: arena)
    let context = Context(.training, arena)
    let output = network(Tensor([2, 8, 8, 3], filledWith: 0.5, in: arena), context)
    context.tape.backward(from: context.tape.apply(CrossEntropy(labels: [0, 1]), output.features))
    context.collectGradients()
    let without = network.namedParameters().filter { $0.parameter.gradient == nil }.map(\.name)
    #expect(without == ["fc.weight", "fc.bias"])
  }

  @Test("Evaluation is the same for an image alone and in a batch, and moves nothing")
  func evaluation() {
    let arena = Arena()
    let network = NetworkChoice.narrowResNet(depth: 8, shortcut: .projection).network(
      logitCount: 4, seed: 1, arena: arena)
    let values = randomValues(3 * 8 * 8 * 3, seed: 9).map(Float.init)
    _ = network(Tensor([3, 8, 8, 3], values, in: arena), Context(.training, arena))
    let before = StateDict.arrays(of: network)
    let together = network(Tensor([3, 8, 8, 3], values, in: arena), Context(.evaluation, arena))
    let alone = network(
      Tensor([1, 8, 8, 3], values.suffix(192), in: arena), Context(.evaluation, arena, records: false))
    #expect(together.logits.values.suffix(4) == alone.logits.values[...])
    #expect(StateDict.arrays(of: network) == before)
  }
}
