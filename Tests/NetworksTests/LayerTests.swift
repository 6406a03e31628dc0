import Networks
import Tensors
import TestSupport
import Testing

/// What holds for all layers: parts, observation, and batch normalisation's statistics.
@Suite("Layers")
struct LayerTests {
  @Test("Everything a layer stores is in its parts", arguments: NetworkChoice.everyKind)
  func partsAreComplete(choice: NetworkChoice) {
    let network = choice.network(logitCount: 10, seed: 0, arena: Arena())
    var checked = 0
    func check(_ owner: Any, _ parts: [Part], _ name: String) {
      let listed = Set(parts.map(\.identity))
      for (label, identity) in storedParts(of: owner) {
        #expect(listed.contains(identity), "\(name) does not list its \(label)")
        checked += 1
      }
    }
    check(network.backbone, network.backbone.parts, "backbone")
    for (name, layer) in network.namedLayers() { check(layer, layer.parts, name) }
    #expect(
      network.leaves.count + network.namedLayers().count == checked + 1, "fc is no part of the backbone")
  }

  @Test("An observer sees inner layers before outer ones")
  func observation() {
    let arena = Arena()
    let block = BasicBlock(
      3, 4, stride: 2, shortcut: .projection, Initializer(seed: 0, arena: arena))
    let names = Dictionary(
      uniqueKeysWithValues: block.namedLayers().map { (ObjectIdentifier($0.layer), $0.name) })
    var seen: [String] = []
    let context = Context(.training, arena)
    context.observer = { layer, input, output in
      seen.append("\(names[ObjectIdentifier(layer)] ?? "block") \(input.shape) to \(output.shape)")
    }
    _ = block(Tensor([2, 6, 6, 3], filledWith: 1, in: arena), context)
    #expect(
      seen == [
        "conv1 2×6×6×3 to 2×3×3×4", "bn1 2×3×3×4 to 2×3×3×4", "conv2 2×3×3×4 to 2×3×3×4",
        "shortcut.0 2×6×6×3 to 2×3×3×4", "shortcut.1 2×3×3×4 to 2×3×3×4", "shortcut 2×6×6×3 to 2×3×3×4",
        "bn2 2×3×3×4 to 2×3×3×4", "block 2×6×6×3 to 2×3×3×4",
      ])
  }

  @Test("The first layer with a non-finite output is found by name")
  func firstNonFinite() throws {
    let arena = Arena()
    let network = NetworkChoice.narrowResNet(depth: 14, shortcut: .projection).network(
      logitCount: 10, seed: 0, arena: arena)
    let parameters = network.namedParameters()
    let poisoned = try #require(parameters.first { $0.name == "layer2.1.conv2.weight" })
    poisoned.parameter.value.pointer[0] = .nan
    let names = network.layerNames
    var first: String?
    let context = Context(.training, arena)
    context.observer = { layer, _, output in
      if first == nil, !output.values.allSatisfy(\.isFinite) { first = names[ObjectIdentifier(layer)] }
    }
    _ = network(Tensor([2, 8, 8, 3], filledWith: 1, in: arena), context)
    #expect(first == "layer2.1.conv2")
  }

  @Test("Running estimates move by a tenth towards mean and unbiased variance, and evaluation uses them")
  func runningStatistics() {
    let arena = Arena()
    let norm = BatchNorm(2, Initializer(seed: 0, arena: arena))
    // Channel 0 is 1, 3, 5, 7: mean 4, biased variance 5, unbiased 20/3. Channel 1 is 2 throughout.
    let input = Tensor([2, 2, 1, 2], [1, 2, 3, 2, 5, 2, 7, 2], in: arena)
    let output = norm(input, Context(.training, arena))
    let scale = 1 / (5 + 1e-5).squareRoot()
    expectClose(
      output.values, [-3 * scale, 0, -scale, 0, scale, 0, 3 * scale, 0], relative: 1e-6, absolute: 1e-6)
    expectClose(norm.runningMean.value.values, [0.4, 0.2], relative: 1e-6)
    expectClose(norm.runningVariance.value.values, [0.9 + 2.0 / 3, 0.9], relative: 1e-6)
    #expect(norm.batchCount.value == 1)

    norm.weight?.value.assign([2, 1])
    norm.bias?.value.assign([0, -1])
    let evaluated = norm(input, Context(.evaluation, arena))
    let deviations = [(0.9 + 2.0 / 3 + 1e-5).squareRoot(), (0.9 + 1e-5).squareRoot()]
    let expected = input.values.enumerated().map { index, value in
      index % 2 == 0 ? 2 * (Double(value) - 0.4) / deviations[0] : (Double(value) - 0.2) / deviations[1] - 1
    }
    expectClose(evaluated.values, expected, relative: 1e-5, absolute: 1e-5)
    #expect(norm.batchCount.value == 1)
  }

  @Test("Affine-free batch normalisation has no parameters but the same output as γ = 1 and β = 0")
  func affineFree() {
    let arena = Arena()
    let (plain, affine) = (
      BatchNorm(3, affine: false, Initializer(seed: 0, arena: arena)),
      BatchNorm(3, Initializer(seed: 0, arena: arena))
    )
    #expect(plain.namedParameters().isEmpty)
    #expect(plain.leaves().count == 3)
    let input = Tensor([4, 2, 2, 3], randomValues(48, seed: 2).map(Float.init), in: arena)
    for mode in [Context.Mode.training, .evaluation] {
      #expect(plain(input, Context(mode, arena)).values == affine(input, Context(mode, arena)).values)
    }
  }

  @Test("A training batch of one value a channel is refused")
  func singleValue() async {
    await #expect(processExitsWith: .failure) {
      let arena = Arena()
      let norm = BatchNorm(2, Initializer(seed: 0, arena: arena))
      _ = norm(Tensor([1, 1, 1, 2], filledWith: 1, in: arena), Context(.training, tape: Tape(arena: arena)))
    }
  }
}

extension Part {
  /// The identity of what the part names.
  fileprivate var identity: ObjectIdentifier {
    switch self {
    case .parameter(_, let parameter): ObjectIdentifier(parameter)
    case .buffer(_, let buffer): ObjectIdentifier(buffer)
    case .counter(_, let counter): ObjectIdentifier(counter)
    case .layer(_, let layer): ObjectIdentifier(layer)
    }
  }
}

/// Parameters, buffers, counters and layers in the stored properties of an object, also inside optionals and
/// lists.
private func storedParts(of owner: Any) -> [(label: String, identity: ObjectIdentifier)] {
  Mirror(reflecting: owner).children.flatMap { child -> [(label: String, identity: ObjectIdentifier)] in
    let label = child.label ?? "element"
    switch child.value {
    case let part as Parameter: return [(label, ObjectIdentifier(part))]
    case let part as Buffer: return [(label, ObjectIdentifier(part))]
    case let part as Counter: return [(label, ObjectIdentifier(part))]
    case let part as any Layer: return [(label, ObjectIdentifier(part))]
    default:
      let style = Mirror(reflecting: child.value).displayStyle
      return style == .optional || style == .collection ? storedParts(of: child.value) : []
    }
  }
}
