import Archives
import Kernels
import Networks
import Tensors
import TestSupport
import Testing

/// Weights out of a network and back into one.
@Suite("State dicts")
struct StateDictTests {
  private let choice = NetworkChoice.narrowResNet(depth: 8, shortcut: .projection)

  @Test("What is written is read back bit for bit, running estimates and counters included")
  func roundTrip() throws {
    let arena = Arena()
    let network = makeTrained(arena)
    let other = choice.network(logitCount: 3, seed: 2, arena: arena)
    #expect(StateDict.arrays(of: other) != StateDict.arrays(of: network))
    try load(StateDict.arrays(of: network), into: other)
    #expect(StateDict.arrays(of: other) == StateDict.arrays(of: network))
    #expect(
      StateDict.arrays(of: other).contains {
        $0.name == "bn1.num_batches_tracked" && $0.values == .int64([2])
      })
  }

  @Test(
    "Groups of classes are written beside the weights and read with them, but not with the backbone alone")
  func groups() throws {
    let arena = Arena()
    let network = choice.network(logitCount: 5, seed: 1, arena: arena)
    network.groups = ClassGroups([1, 0, 1])
    let arrays = StateDict.arrays(of: network)
    #expect(arrays.last == NamedArray("groups", shape: [3], .int64([1, 0, 1])))
    let other = choice.network(logitCount: 5, seed: 2, arena: arena)
    try load(arrays, into: other)
    #expect(other.groupOfClass == [1, 0, 1] && other.groups?.classOrder == [1, 0, 2])
    // Weights without groups leave those there are; a new classifier has none.
    try load(StateDict.arrays(of: choice.network(logitCount: 5, seed: 3, arena: arena)), into: other)
    #expect(other.groupOfClass == [1, 0, 1])
    other.replaceClassifier(logitCount: 4, Initializer(seed: 1, arena: arena))
    #expect(other.groups == nil)
    let gap = arrays.dropLast() + [NamedArray("groups", shape: [3], .int64([0, 2, 2]))]
    let four = arrays.dropLast() + [NamedArray("groups", shape: [3], .int64([0, 0, 0]))]
    let fresh = choice.network(logitCount: 5, seed: 2, arena: arena)
    for wrong in [Array(gap), Array(four)] {
      #expect(throws: FileError.self) { try load(wrong, into: fresh) }
      #expect(fresh.groups == nil)
    }
  }

  @Test("Other spellings of names and missing batch counts are taken")
  func spellings() throws {
    let arena = Arena()
    let network = makeTrained(arena)
    let arrays = StateDict.arrays(of: network)
    let renamed = arrays.filter { !$0.name.hasSuffix("num_batches_tracked") }.map { array in
      let name = array.name.replacing("shortcut", with: "downsample").replacing("fc.", with: "linear.")
      return NamedArray("module." + name, shape: array.shape, array.values)
    }
    #expect(renamed.contains { $0.name == "module.layer2.0.downsample.0.weight" })
    let other = choice.network(logitCount: 3, seed: 2, arena: arena)
    try load(renamed, into: other)
    let loaded = StateDict.arrays(of: other)
    #expect(loaded.filter { $0.shape != [] } == arrays.filter { $0.shape != [] })
    #expect(loaded.contains { $0.name == "bn1.num_batches_tracked" && $0.values == .int64([0]) })
  }

  @Test("Half and double precision files are taken")
  func precision() throws {
    let arena = Arena()
    let network = makeTrained(arena)
    let arrays = StateDict.arrays(of: network).map { array in
      guard case .float32(let values) = array.values else { return array }
      return NamedArray(array.name, shape: array.shape, .float64(values.map(Double.init)))
    }
    let other = choice.network(logitCount: 3, seed: 2, arena: arena)
    try load(arrays, into: other)
    #expect(StateDict.arrays(of: other) == StateDict.arrays(of: network))
  }

  @Test("Missing, unexpected and misshapen tensors are listed in one error, and nothing is loaded")
  func misfit() throws {
    let arena = Arena()
    var arrays = StateDict.arrays(of: makeTrained(arena))
    arrays.removeAll { $0.name == "bn1.running_mean" || $0.name.hasPrefix("fc.") }
    arrays.append(NamedArray("fc.weight", shape: [3, 2], .float32([0, 0, 0, 0, 0, 0])))
    arrays.append(NamedArray("extra.0.weight", shape: [1], .float32([0])))
    try expectRefusal(
      of: arrays, arena,
      "does not fit the network; missing: bn1.running_mean, fc.bias; not in the network: extra.0.weight; "
        + "of another shape: fc.weight is 3×2, the network's is 3×64")
  }

  @Test("A long list of missing tensors is cut short")
  func manyMissing() throws {
    let arena = Arena()
    let arrays = StateDict.arrays(of: makeTrained(arena)).filter { !$0.name.hasPrefix("layer1.0.") }
    try expectRefusal(
      of: arrays, arena,
      "does not fit the network; missing: layer1.0.conv1.weight, layer1.0.bn1.weight, layer1.0.bn1.bias, "
        + "layer1.0.bn1.running_mean, layer1.0.bn1.running_var and 5 more")
  }

  @Test("Two names of one tensor are refused")
  func twoNames() throws {
    let arena = Arena()
    var arrays = StateDict.arrays(of: makeTrained(arena))
    arrays.append(NamedArray("linear.bias", shape: [3], .float32([0, 0, 0])))
    try expectRefusal(of: arrays, arena, "holds fc.bias and linear.bias, which are two names of one tensor")
  }

  @Test("Integers in the place of weights are refused before anything is loaded")
  func wrongType() throws {
    let arena = Arena()
    var arrays = StateDict.arrays(of: makeTrained(arena))
    arrays.removeAll { $0.name == "fc.bias" }
    arrays.append(NamedArray("fc.bias", shape: [3], .int64([0, 0, 0])))
    try expectRefusal(of: arrays, arena, "tensor \"fc.bias\" is I64, expected floating point")
  }

  /// A network after two training batches.
  private func makeTrained(_ arena: Arena) -> Network {
    let network = choice.network(logitCount: 3, seed: 1, arena: arena)
    for seed in 1...2 {
      let values = randomValues(2 * 8 * 8 * 3, seed: seed).map(Float.init)
      _ = network(Tensor([2, 8, 8, 3], values, in: arena), Context(.training, arena, records: false))
    }
    return network
  }

  private func load(_ arrays: [NamedArray], into network: Network) throws {
    try withTemporaryFile { path in
      try SafeTensors.write(arrays, to: path)
      try StateDict.load(SafeTensorsFile(path), into: network)
    }
  }

  /// Expects the error and an untouched network.
  private func expectRefusal(
    of arrays: [NamedArray], _ arena: Arena, _ problem: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let network = choice.network(logitCount: 3, seed: 2, arena: arena)
    let before = StateDict.arrays(of: network)
    try withTemporaryFile { path in
      try SafeTensors.write(arrays, to: path)
      #expect(throws: FileError(path, problem), sourceLocation: sourceLocation) {
        try StateDict.load(SafeTensorsFile(path), into: network)
      }
    }
    #expect(StateDict.arrays(of: network) == before, sourceLocation: sourceLocation)
  }
}
