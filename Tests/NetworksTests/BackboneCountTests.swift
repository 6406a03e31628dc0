import Archives
import Networks
import Tensors
import TestSupport
import Testing

/// Counts, names and arithmetic of bottleneck networks, of BiT and of affine-free normalisation.
@Suite("Backbones")
struct BackboneCountTests {
  private func count(_ choice: NetworkChoice, _ classes: Int) -> Int {
    choice.network(logitCount: classes, seed: 0, arena: Arena())
      .namedParameters().reduce(0) { $0 + $1.parameter.value.count }
  }

  private func row(_ name: String) throws -> JSON {
    let rows = try Golden("a03_backbones", in: .module)["counts"]["outputs"]["rows"].array
    return try #require(rows.first { $0["name"].string == name })
  }

  @Test("ResNet-50 has torchvision's parameters and arithmetic")
  func resnet50() throws {
    let row = try row("ResNet-50 torchvision 224")
    let arena = Arena()
    let network = NetworkChoice.resnet50(stem: .imagenet).network(logitCount: 1000, seed: 0, arena: arena)
    let summary = Summary(of: network, height: 224, width: 224, arena: arena)
    #expect(summary.parameterCount == row["params"].int)
    #expect(summary.multiplyAccumulates == row["macs"].int)
    let norms = summary.rows.filter { $0.kind == "BatchNorm" }.reduce(0) { $0 + $1.parameterCount }
    #expect(norms == row["norm_affine_params"].int)
    #expect(count(.resnet50(stem: .imagenet, normAffine: .none), 1000) == 25_503_912)
    let names = StateDict.arrays(of: network).map(\.name)
    #expect(names.count == 320)
    #expect(names.contains("layer2.0.conv3.weight") && names.contains("layer2.0.shortcut.1.running_var"))
    #expect(WeightNames.canonical("layer2.0.downsample.1.running_var") == "layer2.0.shortcut.1.running_var")
  }

  @Test("Big Transfer's networks have their published parameters", arguments: [(50, 1), (101, 1), (50, 3)])
  func bit(depth: Int, factor: Int) throws {
    let row = try row("BiT-S-R\(depth)x\(factor)")
    let choice = try #require(NetworkChoice.named("bit-r\(depth)x\(factor)"))
    #expect(count(choice, 1000) == row["params"].int)
    #expect(count(choice, 1008) == row["mos_head_1008_params"].int)
  }

  @Test("Big Transfer's names are those of the public code")
  func bitNames() throws {
    let network = NetworkChoice.bit(depth: 50).network(logitCount: 7, seed: 0, arena: Arena())
    let arrays = StateDict.arrays(of: network)
    let shapes = Dictionary(uniqueKeysWithValues: arrays.map { ($0.name, $0.shape) })
    #expect(shapes["root.conv.weight"] == [64, 3, 7, 7])
    #expect(shapes["body.block1.unit01.gn1.weight"] == [64])
    #expect(shapes["body.block1.unit01.downsample.weight"] == [256, 64, 1, 1])
    #expect(shapes["body.block3.unit06.conv2.weight"] == [256, 256, 3, 3])
    #expect(shapes["body.block3.unit06.downsample.weight"] == nil)
    #expect(shapes["before_head.gn.bias"] == [2048])
    #expect(shapes["head.conv.weight"] == [7, 2048, 1, 1] && shapes["head.conv.bias"] == [7])
    // Root, 16 units of three convolutions with their normalisations, four shortcuts, last norm and head.
    #expect(arrays.count == 1 + 16 * 9 + 4 + 2 + 2)
    for name in arrays.map(\.name) { #expect(WeightNames.canonical("module." + name) == name) }
    try withTemporaryFile { path in
      try SafeTensors.write(arrays, to: path)
      try StateDict.load(SafeTensorsFile(path), into: network)
    }
  }

  @Test("Affine-free normalisation takes away exactly its parameters", arguments: [10, 100])
  func normFree(classes: Int) throws {
    let rows = try Golden("a03_backbones", in: .module)["counts"]["outputs"]["rows"].array
    let choices: [(String, NetworkChoice)] = [
      ("ResNet-18 (3x3 stem)", .resnet18(stem: .cifar, normAffine: .none)),
      ("ResNet-20 optA", .narrowResNet(depth: 20, shortcut: .pad, normAffine: .none)),
      ("ResNet-56 optB", .narrowResNet(depth: 56, shortcut: .projection, normAffine: .none)),
      ("WRN-40-2", .wideResNet(depth: 40, width: 2, normAffine: .none)),
      ("WRN-40-4", .wideResNet(depth: 40, width: 4, normAffine: .none)),
      ("DenseNet-BC-100-12", .denseNet(depth: 100, growth: 12, reduction: 0.5, normAffine: .none)),
    ]
    for (name, choice) in choices {
      let row = try #require(rows.first { $0["name"].string == name && $0["classes"].int == classes })
      #expect(count(choice, classes) == row["params_without_norm_affine"].int, "\(name)")
    }
  }

  @Test("RNA's network has parameters in the normalisations of its shortcuts alone, and a projection")
  func rna() throws {
    let choice = NetworkChoice.resnet18(stem: .cifar, normAffine: .shortcut)
    let plain = try row("ResNet-18 RNA release (affine only in shortcut BN), no projection")["params"].int
    let head = try row("RNA projection MLP 512-512-128")["params"].int
    #expect(count(choice, 10) == plain)
    let arena = Arena()
    let network = choice.network(logitCount: 10, seed: 0, arena: arena)
    network.attach(
      Projection(512, Projection.Widths(hidden: 512, outputs: 128), Initializer(seed: 1, arena: arena)),
      as: "projection")
    #expect(network.namedParameters().reduce(0) { $0 + $1.parameter.value.count } == plain + head)
    let names = network.namedParameters().map(\.name)
    #expect(names.filter { $0.contains("bn") }.isEmpty)
    #expect(names.filter { $0.contains("shortcut.1") }.count == 6)
    #expect(
      Array(names.suffix(6)) == [
        "fc.weight", "fc.bias", "heads.projection.0.weight", "heads.projection.0.bias",
        "heads.projection.2.weight", "heads.projection.2.bias",
      ])
    network.detachHeads()
    #expect(network.namedParameters().last?.name == "fc.bias")
  }

  @Test("Names tell widths, and only those there are are found")
  func names() {
    #expect(NetworkChoice.named("resnet8w8") == .narrowResNet(depth: 8, width: 8, shortcut: .projection))
    #expect(NetworkChoice.named("resnet50w16") == .resnet50(stem: .imagenet, width: 16))
    #expect(NetworkChoice.named("bit-r14w32") == .bit(depth: 14, width: 32))
    #expect(NetworkChoice.named("bit-r152x2") == .bit(depth: 152, width: 128))
    for name in [
      "resnet8w16", "resnet8w0", "resnet19w8", "wrn16-2w8", "bit-r50w64", "bit-r50w48", "bit-r51x1",
    ] {
      #expect(NetworkChoice.named(name) == nil, "\(name)")
    }
    for name in ["resnet8w8", "resnet101w8", "bit-r14w32", "bit-r26x1", "bit-r101x3"] {
      #expect(NetworkChoice.named(name)?.name == name)
    }
  }

  @Test("Weights start by each code's rule")
  func initialization() {
    func deviation(_ choice: NetworkChoice, _ name: String) -> Double {
      let values = choice.network(logitCount: 10, seed: 1, arena: Arena()).parameterValues[name] ?? []
      return (values.reduce(0) { $0 + Double($1 * $1) } / Double(values.count)).squareRoot()
    }
    // Normal by the fan-out, 4·64 outputs; by the fan-in, 32·9 inputs; uniform by the fan-in, 64 inputs.
    let conv3 = "layer1.0.conv3.weight"
    #expect(abs(deviation(.resnet50(stem: .imagenet), conv3) / (2.0 / 256).squareRoot() - 1) < 0.02)
    #expect(abs(deviation(.resnet50(stem: .cifar), conv3) / (1.0 / 192).squareRoot() - 1) < 0.02)
    let wide = NetworkChoice.wideResNet(depth: 16, width: 2, initialization: .fanIn)
    #expect(abs(deviation(wide, "block1.layer.1.conv1.weight") / (2.0 / 288).squareRoot() - 1) < 0.03)
    #expect(deviation(wide, "fc.bias") > 0 && deviation(.wideResNet(depth: 16, width: 2), "fc.bias") == 0)
    #expect(deviation(.bit(depth: 14, width: 32), "head.conv.weight") == 0)
    #expect(deviation(.resnet18(stem: .imagenet, width: 8), "fc.bias") > 0)
  }
}
