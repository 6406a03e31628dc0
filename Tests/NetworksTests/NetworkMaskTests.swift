import Archives
import Kernels
import Networks
import Tensors
import TestSupport
import Testing

/// Masks on whole networks, and second running estimates.
@Suite("Masked networks")
struct NetworkMaskTests {
  private let arena = Arena()

  private static let choices: [NetworkChoice] = [
    .narrowResNet(depth: 8, width: 4, shortcut: .projection, normAffine: .none),
    .wideResNet(depth: 10, width: 1, normAffine: .none), .bit(depth: 14, width: 32),
    .denseNet(depth: 16, growth: 4, reduction: 0.5, normAffine: .none),
  ]

  private func images(_ side: Int = 16) -> Tensor {
    let shape: Shape = [2, side, side, 3]
    return Tensor(shape, randomValues(shape.count, seed: 8).map(Float.init), in: arena)
  }

  private func logits(_ network: Network, _ mode: Context.Mode = .evaluation, records: Bool = false)
    -> [Float]
  {
    network(images(), Context(mode, arena, records: records)).logits.values
  }

  @Test("A masked network is one whose weights are zero there, fused or not", arguments: choices)
  func masked(choice: NetworkChoice) {
    let network = choice.network(logitCount: 3, seed: 1, arena: arena)
    network.startHeadAtRandom()
    let plain = logits(network)
    network.mask(keeping: 0.8, by: .random(seed: 4), in: arena)
    let (masked, recorded) = (logits(network), logits(network, records: true))
    #expect(masked != plain)
    network.appliesMasks = false
    #expect(logits(network) == plain)
    for weight in network.maskableWeights.map(\.parameter) {
      guard case .fixed(let mask)? = weight.mask?.source else { continue }
      let hidden = mask.values.filter { $0 == 0 }.count
      #expect(hidden == WeightRanking.hiddenCount(keeping: 0.8, of: mask.count))
      weight.value.assign(zip(weight.value.values, mask.values).map { $0 * $1 })
    }
    let zeroed = (logits(network), logits(network, records: true))
    #expect(masked == zeroed.0 && recorded == zeroed.1)
    network.removeMasks()
    #expect(network.appliesMasks && network.maskableWeights.allSatisfy { $0.parameter.mask == nil })
  }

  @Test("Masks can rank the weights themselves, and all layers together")
  func rankings() {
    let network = Self.choices[0].network(logitCount: 3, seed: 1, arena: arena)
    let weights = network.maskableWeights
    #expect(
      weights.map(\.name)
        == network.namedParameters().map(\.name).filter { $0 != "fc.bias" }.map { String($0.dropLast(7)) })
    network.mask(keeping: 0.5, by: .magnitude, acrossLayers: true, in: arena)
    var (kept, hidden): ([Float], [Float]) = ([], [])
    for weight in weights.map(\.parameter) {
      guard case .fixed(let mask)? = weight.mask?.source else { continue }
      for (value, shown) in zip(weight.value.values, mask.values) {
        if shown == 1 { kept.append(abs(value)) } else { hidden.append(abs(value)) }
      }
    }
    let count = kept.count + hidden.count
    #expect(count == weights.reduce(0) { $0 + $1.parameter.value.count } && hidden.count == count / 2)
    #expect((hidden.max() ?? 1) <= (kept.min() ?? 0))
  }

  @Test("A passing mask leaves the masks of before, and learned scores go on")
  func passing() throws {
    let network = Self.choices[0].network(logitCount: 3, seed: 1, arena: arena)
    let plain = logits(network)
    network.learnMasks(keeping: 0.6, Initializer(seed: 5, arena: arena))
    let learned = logits(network)
    let seeds: [UInt64] = [1, 2]
    let passing = seeds.map { seed in
      network.withMask(keeping: 0.9, by: .gaussian(seed: seed), in: arena) { logits(network) }
    }
    #expect(passing[0] != passing[1] && passing[0] != learned && logits(network) == learned)
    #expect(network.withMask(keeping: 1, by: .gaussian(seed: 1), in: arena) { logits(network) } == plain)
    network.learnMasks(keeping: 0.6, Initializer(seed: 9, arena: arena))
    #expect(logits(network) == learned && network.hasLearnedMasks)
  }

  @Test("Gaussian scores hide the same share of all layers together, whatever their width")
  func gaussian() throws {
    let network = Self.choices[0].network(logitCount: 3, seed: 1, arena: arena)
    func shares(_ ranking: MaskRanking) -> [Double] {
      network.withMask(keeping: 0.5, by: ranking, acrossLayers: true, in: arena) {
        network.maskableWeights.compactMap { weight in
          guard case .fixed(let mask)? = weight.parameter.mask?.source else { return nil }
          return Double(mask.values.reduce(0, +)) / Double(mask.count)
        }
      }
    }
    #expect(shares(.gaussian(seed: 3)).allSatisfy { abs($0 - 0.5) < 0.2 })
    // Uniform scores shrink with the fan-in: the stem, which has the smallest, keeps nearly everything.
    #expect(shares(.random(seed: 3))[0] > 0.7)
  }

  @Test("Only scores learn, by the straight-through estimate", arguments: choices)
  func scores(choice: NetworkChoice) {
    let network = choice.network(logitCount: 3, seed: 1, arena: arena)
    let parameters = network.namedParameters().map(\.name)
    network.learnMasks(keeping: 0.7, Initializer(seed: 5, arena: arena))
    let names = network.namedParameters().map(\.name)
    let expected = network.maskableWeights.map { $0.name + ".scores" }
    #expect(names.filter { !parameters.contains($0) } == expected)
    let context = Context(.training, arena)
    let output = network(images(), context)
    context.tape.backward(from: context.tape.apply(CrossEntropy(labels: [0, 1]), output.logits))
    context.collectGradients()
    let trained = network.namedParameters().filter { $0.parameter.gradient != nil }.map(\.name)
    #expect(trained == expected)
    let saved = StateDict.arrays(of: network).map(\.name)
    #expect(expected.allSatisfy(saved.contains))
  }

  @Test("Scores are uniform by the fan-in, one stream a layer")
  func scoreValues() throws {
    let network = Self.choices[1].network(logitCount: 3, seed: 1, arena: arena)
    network.learnMasks(keeping: 0.7, Initializer(seed: 5, arena: arena))
    for weight in network.maskableWeights.map(\.parameter) {
      let values = try #require(weight.mask?.scores?.value.values)
      let bound = 1 / Float(weight.value.count / weight.value.shape[0]).squareRoot()
      #expect(values.allSatisfy { abs($0) <= bound } && values.contains { abs($0) > 0.8 * bound })
      #expect(values != weight.value.values)
    }
  }

  @Test("Second running estimates begin as the first, move alone, and are saved beside them")
  func secondEstimates() throws {
    let network = Self.choices[0].network(logitCount: 3, seed: 1, arena: arena)
    _ = logits(network, .training)
    let original = logits(network)
    let first = network.bufferValues.map(\.values)
    network.addSecondEstimates(in: arena)
    #expect(logits(network) == original)
    network.mask(keeping: 0.5, by: .random(seed: 1), in: arena)
    for _ in 0..<3 { _ = logits(network, .training) }
    network.appliesMasks = false
    #expect(logits(network) != original)
    network.usesSecondEstimates = false
    #expect(logits(network) == original)
    #expect(network.bufferValues.filter { !$0.name.contains("second_") }.map(\.values) == first)
    let names = StateDict.arrays(of: network).map(\.name)
    #expect(names.contains("layer2.0.shortcut.1.second_running_var"))
    #expect(names.contains("bn1.second_num_batches_tracked"))

    let other = Self.choices[0].network(logitCount: 3, seed: 2, arena: arena)
    other.addSecondEstimates(in: arena)
    try withTemporaryFile { path in
      try SafeTensors.write(StateDict.arrays(of: network), to: path)
      try StateDict.load(SafeTensorsFile(path), into: other)
    }
    network.usesSecondEstimates = true
    #expect(logits(other) == logits(network))
  }
}
