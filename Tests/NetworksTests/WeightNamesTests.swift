import Archives
import Networks
import Tensors
import TestSupport
import Testing

/// Files of other programs: their names, their layout, and what is said when they do not fit.
@Suite("Names of weights")
struct WeightNamesTests {
  @Test("Every family's spelling is understood")
  func names() {
    let spellings = [
      "conv1.weight": "conv1.weight",
      "module.layer2.0.shortcut.1.running_var": "layer2.0.shortcut.1.running_var",
      "layer2.0.downsample.0.weight": "layer2.0.shortcut.0.weight",
      "_orig_mod.module.linear.bias": "fc.bias",
      "model.fc.weight": "fc.weight",
      "backbone.bn1.weight": "bn1.weight",
      "classifier.weight": "fc.weight",
      "head.weight": "fc.weight",
      "projection.2.weight": "projection.2.weight",
      "module.projection.0.bias": "projection.0.bias",
      "block1.layer.0.convShortcut.weight": "block1.layer.0.convShortcut.weight",
      "trans1.conv1.weight": "trans1.conv1.weight",
      // MOS and the public PyTorch code of BiT.
      "module.body.block2.unit01.downsample.weight": "body.block2.unit01.downsample.weight",
      "module.head.conv.bias": "head.conv.bias",
      // BiT's NumPy archives.
      "resnet/root_block/standardized_conv2d/kernel": "root.conv.weight",
      "resnet/block3/unit12/a/standardized_conv2d/kernel": "body.block3.unit12.conv1.weight",
      "resnet/block1/unit01/b/group_norm/gamma": "body.block1.unit01.gn2.weight",
      "resnet/block1/unit01/c/group_norm/beta": "body.block1.unit01.gn3.bias",
      "resnet/block4/unit01/a/proj/standardized_conv2d/kernel": "body.block4.unit01.downsample.weight",
      "resnet/group_norm/gamma": "before_head.gn.weight",
      "resnet/head/conv2d/bias": "head.conv.bias",
      "resnet/block1/unit01/d/group_norm/beta": "resnet/block1/unit01/d/group_norm/beta",
      // timm's resnetv2_50x1_bit.
      "stem.conv.weight": "root.conv.weight",
      "stages.0.blocks.0.norm1.weight": "body.block1.unit01.gn1.weight",
      "stages.2.blocks.11.conv3.weight": "body.block3.unit12.conv3.weight",
      "stages.3.blocks.0.downsample.conv.weight": "body.block4.unit01.downsample.weight",
      "norm.bias": "before_head.gn.bias",
      "head.fc.weight": "head.conv.weight",
      // Nonsense stays as it is.
      "stages.x.blocks.1.conv1.weight": "stages.x.blocks.1.conv1.weight", "": "", ".": ".", "/": "/",
    ]
    for (name, expected) in spellings { #expect(WeightNames.canonical(name) == expected, "\(name)") }
  }

  @Test("The names of BiT's archives for all units are those of the network's published code")
  func bigTransfer() throws {
    // A unit as its authors store it: every tensor has a place of its own.
    var names: Set<String> = []
    for (block, count) in [3, 4, 23, 3].enumerated() {
      for unit in 1...count {
        let place = "resnet/block\(block + 1)/unit\(unit < 10 ? "0" : "")\(unit)"
        for part in ["a", "b", "c"] {
          for leaf in ["standardized_conv2d/kernel", "group_norm/gamma", "group_norm/beta"] {
            names.insert(WeightNames.canonical("\(place)/\(part)/\(leaf)"))
          }
        }
      }
    }
    #expect(names.count == 33 * 9)
    #expect(names.allSatisfy { $0.hasPrefix("body.block") })
  }

  @Test("Convolutions of NumPy archives are turned from HWIO to OIHW")
  func layout() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/bit.npz"
    // Number 1000 h + 100 w + 10 i + o at [h, w, i, o].
    var values: [Float] = []
    for h in 0..<2 {
      for w in 0..<3 { for i in 0..<4 { for o in 0..<5 { values.append(number(h, w, i, o)) } } }
    }
    var expected: [Float] = []
    for o in 0..<5 {
      for i in 0..<4 { for h in 0..<2 { for w in 0..<3 { expected.append(number(h, w, i, o)) } } }
    }
    try NumPyArchive.write(
      [NamedArray("resnet/root_block/standardized_conv2d/kernel", shape: [2, 3, 4, 5], .float32(values))],
      to: path)
    let weights = try NamedWeights(WeightsFile.open(path))
    #expect(weights.names == ["root.conv.weight"])
    #expect(try weights.shape(of: "root.conv.weight") == [5, 4, 2, 3])
    #expect(try weights.floats(of: "root.conv.weight") == expected)
    #expect(try weights.doubles(of: "root.conv.weight") == expected.map(Double.init))
  }

  private func number(_ h: Int, _ w: Int, _ i: Int, _ o: Int) -> Float {
    Float(1000 * h + 100 * w + 10 * i + o)
  }

  @Test("Another network and another number of classes are said as such, and nothing is loaded")
  func misfits() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/w.safetensors"
    func refusal(_ held: NetworkChoice, classes: Int = 10, in choice: NetworkChoice) throws -> String {
      let arena = Arena()
      try SafeTensors.write(
        StateDict.arrays(of: held.network(logitCount: classes, seed: 1, arena: arena)), to: path)
      let network = choice.network(logitCount: 10, seed: 2, arena: arena)
      let before = StateDict.arrays(of: network)
      let error = #expect(throws: FileError.self) {
        try StateDict.load(WeightsFile.open(path), into: network)
      }
      #expect(StateDict.arrays(of: network) == before)
      return error?.problem ?? ""
    }
    let narrow = NetworkChoice.narrowResNet(depth: 8, shortcut: .projection)
    #expect(
      try refusal(narrow, classes: 100, in: narrow) == "has 100 classes (fc.weight is 100×64), the network 10"
    )
    let wide = try refusal(.wideResNet(depth: 10, width: 2), in: narrow)
    #expect(wide.hasPrefix("holds the weights of wrn10-2, the network is resnet8; missing: "), "\(wide)")
    let dense = try refusal(.denseNet(depth: 10, growth: 6, reduction: 0.5), in: narrow)
    #expect(
      dense.hasPrefix("holds the weights of densenet10 of growth 6, the network is resnet8"), "\(dense)")
    let padded = try refusal(.narrowResNet(depth: 14, shortcut: .pad), in: narrow)
    #expect(
      padded.hasPrefix("holds the weights of resnet14 with padded shortcuts, the network is resnet8"),
      "\(padded)")
    let large = try refusal(.resnet18(stem: .imagenet), in: narrow)
    #expect(
      large.hasPrefix("holds the weights of resnet18 with the stem for photographs, the network is resnet8"),
      "\(large)")
  }

  @Test("A head stored as a 1×1 convolution and a projection beside it are taken")
  func heads() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/w.safetensors"
    let arena = Arena()
    let choice = NetworkChoice.narrowResNet(depth: 8, shortcut: .pad)
    let network = choice.network(logitCount: 3, seed: 1, arena: arena)
    let arrays = StateDict.arrays(of: network).map { array in
      array.name == "fc.weight"
        ? NamedArray("head.weight", shape: [3, 64, 1, 1], array.values)
        : array.name == "fc.bias" ? NamedArray("head.bias", shape: [3], array.values) : array
    }
    try SafeTensors.write(arrays + [NamedArray("projection.0.weight", shape: [1], .float32([0]))], to: path)
    let other = choice.network(logitCount: 3, seed: 2, arena: arena)
    try StateDict.load(WeightsFile.open(path), into: other)
    #expect(StateDict.arrays(of: other) == StateDict.arrays(of: network))
  }

  @Test("Conversion keeps kinds unless told, rounds to the nearest, and says what float16 cannot hold")
  func conversion() throws {
    let folder = try TemporaryFolder()
    let (source, target) = (folder.path + "/a.safetensors", folder.path + "/b.safetensors")
    let values: [Float] = [0.1, -70000, 1.00390625, .nan]
    try SafeTensors.write(
      [
        NamedArray("module.linear.bias", shape: [4], .float32(values)),
        NamedArray("bn1.num_batches_tracked", shape: [], .int64([7])),
        NamedArray("small", shape: [1], .float64([0.1])),
      ], to: source)
    let weights = try NamedWeights(WeightsFile.open(source))
    try WeightsConversion.write(weights, to: target)
    var file = try SafeTensorsFile(target)
    #expect(
      file.names == ["fc.bias", "bn1.num_batches_tracked", "small"] && file.metadata == ["format": "pt"])
    #expect(try file.elementType(of: "small") == .float64 && file.doubles(of: "small") == [0.1])
    #expect(try file.floats(of: "fc.bias").prefix(3) == values.prefix(3))
    try WeightsConversion.write(weights, precision: .bfloat16, to: target)
    file = try SafeTensorsFile(target)
    #expect(try file.elementType(of: "fc.bias") == .bfloat16 && file.elementType(of: "small") == .bfloat16)
    #expect(try file.integers(of: "bn1.num_batches_tracked") == [7])
    // PyTorch rounds these to 0.10009765625, −70144 and, half way, to the even 1.
    let rounded = try file.floats(of: "fc.bias")
    #expect(rounded.prefix(3) == [0.10009765625, -70144, 1] && rounded[3].isNaN)
    let error = #expect(throws: FileError.self) {
      try WeightsConversion.write(weights, precision: .float16, to: target)
    }
    #expect(error?.problem == "tensor \"module.linear.bias\" holds -70000.0, more than float16 can")
    #expect(try SafeTensorsFile(target).floats(of: "fc.bias").prefix(3) == rounded.prefix(3))
  }
}
