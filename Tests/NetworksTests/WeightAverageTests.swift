import Networks
import Tensors
import TestSupport
import Testing

/// The moving average of weights against PyTorch's `AveragedModel`.
@Suite("Weight averages")
struct WeightAverageTests {
  private let arena = Arena()

  private func makeNetwork() -> Network {
    NetworkChoice.narrowResNet(depth: 8, shortcut: .projection).network(logitCount: 3, seed: 0, arena: arena)
  }

  @Test("The average of a sequence of weights (b04), of parameters and of running estimates")
  func golden() throws {
    let example = try Golden("b04_ema", in: .module)["plain"]
    let network = makeNetwork()
    let average = WeightAverage(
      WeightAverage.Settings(decay: example["params"]["decay"].double, every: 1, rescales: false),
      of: network,
      batchSize: 1, epochs: 1)
    let estimate = try #require(
      network.leaves.compactMap { leaf in
        if case .buffer("bn1.running_mean", let buffer) = leaf { buffer.value } else { nil }
      }.first)
    let rows = zip(example["inputs"]["weights"].array, example["outputs"]["ema"].array)
    for (step, (weights, expected)) in rows.enumerated() {
      network.classifier.bias.value.assign(weights.flat.map(Float.init))
      let twice = Array(repeating: weights.flat.map(Float.init), count: 6).flatMap { $0 }.prefix(
        estimate.count)
      estimate.assign(Array(twice))
      average.didStep(step, isWarmingUp: false)
      average.applied {
        expectClose(network.classifier.bias.value.values, expected.flat, relative: 2e-6, absolute: 1e-7)
        expectClose(Array(estimate.values[..<3]), expected.flat, relative: 2e-6, absolute: 1e-7)
      }
      #expect(network.classifier.bias.value.values == weights.flat.map(Float.init))
    }
  }

  @Test("torchvision's rule adapts the decay to batch size and epochs (b04)")
  func rescaling() throws {
    for row in try Golden("b04_ema", in: .module)["decay_adjustment"]["outputs"]["rows"].array {
      let settings = WeightAverage.Settings(decay: row["decay"].double, every: row["ema_steps"].int)
      let decay = settings.effectiveDecay(batchSize: row["total_batch"].int, epochs: row["epochs"].int)
      #expect(abs(decay - row["effective_decay"].double) < 1e-12)
    }
  }

  @Test("While warming up the average is the last value, and steps in between are passed over")
  func warmUp() {
    let network = makeNetwork()
    let average = WeightAverage(
      WeightAverage.Settings(decay: 0.5, every: 2, rescales: false), of: network, batchSize: 1, epochs: 1)
    func step(_ number: Int, _ value: Float, isWarmingUp: Bool = false) -> [Float] {
      network.classifier.bias.value.assign([value, value, value])
      average.didStep(number, isWarmingUp: isWarmingUp)
      return average.applied { network.classifier.bias.value.values }
    }
    #expect(step(0, 8, isWarmingUp: true) == [8, 8, 8])
    #expect(step(2, 4, isWarmingUp: true) == [4, 4, 4])
    #expect(step(3, 100) == [4, 4, 4])
    #expect(step(4, 2) == [3, 3, 3])
    average.settle()
    #expect(network.classifier.bias.value.values == [3, 3, 3])
  }

  @Test("The average of constant weights is those weights")
  func constants() {
    let network = makeNetwork()
    let before = network.parameterValues
    let average = WeightAverage(
      WeightAverage.Settings(decay: 0.9, every: 1), of: network, batchSize: 8, epochs: 3)
    for step in 0..<20 { average.didStep(step, isWarmingUp: false) }
    average.applied {
      for (name, values) in network.parameterValues {
        expectClose(values, (before[name] ?? []).map(Double.init), relative: 2e-6, absolute: 0, name)
      }
    }
  }
}
