import Kernels
import Networks
import Tensors
import TestSupport
import Testing

/// What methods ask of layers: freezing, open stages, dropout, looking at blocks.
@Suite("Freezing, dropout and taps")
struct FreezingTests {
  private let arena = Arena()

  private func images(_ side: Int, batch: Int = 2) -> Tensor {
    let shape: Shape = [batch, side, side, 3]
    return Tensor(shape, randomValues(shape.count, seed: 8).map(Float.init), in: arena)
  }

  /// The names of all parameters that a training step finds a gradient for.
  private func trained(_ network: Network, side: Int) -> [String] {
    let context = Context(.training, arena)
    let output = network(images(side), context)
    context.tape.backward(from: context.tape.apply(CrossEntropy(labels: [0, 1]), output.logits))
    for named in network.namedParameters() { named.parameter.gradient = nil }
    context.collectGradients()
    return network.namedParameters().filter { $0.parameter.gradient != nil }.map(\.name)
  }

  @Test("A frozen parameter gets no gradient, and the others' are the same bits")
  func parameters() throws {
    let network = NetworkChoice.narrowResNet(depth: 8, width: 4, shortcut: .projection).network(
      logitCount: 3, seed: 1, arena: arena)
    let all = trained(network, side: 8)
    #expect(all == network.namedParameters().map(\.name))
    let before = network.namedParameters().map { $0.parameter.gradient?.values }
    let frozen = Set(["conv1.weight", "layer2.0.bn1.weight", "layer1.0.conv2.weight", "fc.bias"])
    for named in network.namedParameters() { named.parameter.isFrozen = frozen.contains(named.name) }
    #expect(trained(network, side: 8) == all.filter { !frozen.contains($0) })
    for (named, gradient) in zip(network.namedParameters(), before) where !frozen.contains(named.name) {
      #expect(named.parameter.gradient?.values == gradient, "\(named.name)")
    }
  }

  @Test("MOS opens the last stages, but for the normalisation that the first of them begins with")
  func openStages() {
    let network = NetworkChoice.bit(depth: 14, width: 32).network(logitCount: 4, seed: 1, arena: arena)
    network.startHeadAtRandom()
    let all = network.namedParameters().map(\.name)
    let head = ["head.conv.weight", "head.conv.bias"]
    network.open(lastStages: 0)
    #expect(trained(network, side: 32) == head)
    network.open(lastStages: 2)
    let open = trained(network, side: 32)
    let expected = all.filter { name in
      head.contains(name) || name.hasPrefix("before_head") || name.hasPrefix("body.block4")
        || (name.hasPrefix("body.block3") && !name.hasPrefix("body.block3.unit01.gn1"))
    }
    #expect(open == expected && open.count == 2 + 2 + 10 + 8)
    network.open(lastStages: 4)
    #expect(!trained(network, side: 32).contains("root.conv.weight"))
    network.open(lastStages: -1)
    #expect(trained(network, side: 32) == all)
  }

  @Test(
    "Every backbone has stages to open; frozen batch normalisations keep their estimates",
    arguments: [
      NetworkChoice.narrowResNet(depth: 8, width: 4, shortcut: .pad), .wideResNet(depth: 10, width: 1),
      .denseNet(depth: 16, growth: 4, reduction: 0.5),
    ])
  func openBackbones(choice: NetworkChoice) {
    let network = choice.network(logitCount: 4, seed: 1, arena: arena)
    network.open(lastStages: 1)
    let before = Dictionary(uniqueKeysWithValues: network.bufferValues.map { ($0.name, $0.values) })
    let names = trained(network, side: 8)
    let after = Dictionary(uniqueKeysWithValues: network.bufferValues.map { ($0.name, $0.values) })
    let stage = choice.name.hasPrefix("resnet") ? "layer3" : "block3"
    #expect(
      names.allSatisfy {
        $0.hasPrefix(stage) || ["bn1.w", "bn1.b", "trans", "fc.we", "fc.bi"].contains(String($0.prefix(5)))
      })
    #expect(names.contains { $0.hasPrefix(stage + ".") } && !names.contains("conv1.weight"))
    let moved = after.filter { before[$0.key] != $0.value }.map(\.key)
    #expect(!moved.isEmpty && !moved.contains { $0.contains("layer1") || $0.contains("block1") })
  }

  @Test("Nothing of frozen stages is kept for the backward pass")
  func memory() {
    let network = NetworkChoice.narrowResNet(depth: 20, shortcut: .pad).network(
      logitCount: 4, seed: 1, arena: arena)
    func kept() -> Int {
      let before = arena.liveByteCount
      let context = Context(.training, arena)
      let output = network(images(32), context)
      return withExtendedLifetime((output, context)) { arena.liveByteCount - before }
    }
    let all = kept()
    network.open(lastStages: 1)
    #expect(kept() * 4 < all)
  }

  @Test("Dropout is in force in training alone, and each layer drops other elements in each step")
  func dropout() {
    let network = NetworkChoice.wideResNet(depth: 16, width: 1, dropout: 0.5).network(
      logitCount: 3, seed: 1, arena: arena)
    #expect(network.namedLayers().filter { $0.layer is DropoutLayer }.count == 6)
    func patterns(_ mode: Context.Mode, step: Int, seed: UInt64 = 2) -> [[Float]] {
      var found: [[Float]] = []
      let context = Context(mode, tape: Tape(arena: arena), seed: seed, step: step)
      context.observer = { layer, input, output in
        guard layer is DropoutLayer else { return }
        found.append(zip(input.values, output.values).map { $0 == 0 ? -1 : $1 / $0 })
      }
      _ = network(images(8), context)
      return found
    }
    let first = patterns(.training, step: 0)
    #expect(first.count == 6 && first == patterns(.training, step: 0))
    let (one, other) = (first[0], first[1])
    #expect(one.count == other.count)
    #expect(zip(one, other).contains { $0 == 0 && $1 > 0 }, "two layers drop different elements")
    #expect(patterns(.training, step: 1) != first && patterns(.training, step: 0, seed: 3) != first)
    #expect(patterns(.evaluation, step: 0).joined().allSatisfy { $0 == 1 || $0 == -1 })
    network.backbone.freeze()
    #expect(patterns(.training, step: 0).joined().allSatisfy { $0 == 1 || $0 == -1 })
  }

  @Test("A dense network drops behind every convolution but the first, and not in evaluation")
  func denseDropout() {
    let choices: [NetworkChoice] = [
      .denseNet(depth: 16, growth: 4, reduction: 0.5, dropout: 0.2),
      .denseNet(depth: 16, growth: 4, reduction: 0.5),
    ]
    let networks = choices.map { $0.network(logitCount: 3, seed: 1, arena: arena) }
    #expect(networks[0].namedLayers().filter { $0.layer is DropoutLayer }.count == 3 * 2 * 2 + 2)
    let evaluated = networks.map { $0(images(8), Context(.evaluation, arena)).logits.values }
    #expect(evaluated[0] == evaluated[1])
    let trained = networks.map { $0(images(8), Context(.training, arena)).logits.values }
    #expect(trained[0] != trained[1])
  }

  @Test(
    "Looking at blocks changes no bit, and shows each of them",
    arguments: [
      (NetworkChoice.narrowResNet(depth: 8, width: 4, shortcut: .pad), 3),
      (.wideResNet(depth: 10, width: 1), 3),
      (.denseNet(depth: 16, growth: 4, reduction: 0.5), 5), (.resnet50(stem: .cifar, width: 4), 16),
      (.bit(depth: 14, width: 32), 4),
    ])
  func taps(choice: NetworkChoice, count: Int) {
    let network = choice.network(logitCount: 3, seed: 1, arena: arena)
    let plain = network(images(32), Context(.evaluation, arena, records: false)).features.values
    let names = network.layerNames
    var seen: [String] = []
    let context = Context(.evaluation, arena, records: false)
    context.blockObserver = { block, output in
      #expect(output.shape.rank == 4)
      seen.append(names[ObjectIdentifier(block)] ?? "?")
    }
    #expect(network(images(32), context).features.values == plain)
    #expect(seen.count == count && Set(seen).count == count && !seen.contains("?"))
  }
}
