import Networks
import Tensors
import TestSupport
import Testing

/// Where training starts.
@Suite("Initial values")
struct InitializerTests {
  @Test("Weights are uniform in ±1/√fan-in, γ is 1, β and running means 0, running variances 1")
  func distribution() {
    let arena = Arena()
    let network = NetworkChoice.resnet18(stem: .cifar).network(logitCount: 10, seed: 0, arena: arena)
    for part in network.leaves {
      switch part {
      case .parameter(let name, let parameter):
        let (shape, values) = (parameter.value.shape, parameter.value.values)
        guard shape.rank > 1 || name == "fc.bias" else {
          #expect(values.allSatisfy { $0 == (name.hasSuffix("weight") ? 1 : 0) }, "\(name)")
          continue
        }
        let fanIn = name == "fc.bias" ? 512 : shape.extents.dropFirst().reduce(1, *)
        expectUniform(values, bound: 1 / Double(fanIn).squareRoot(), name)
      case .buffer(let name, let buffer):
        #expect(buffer.value.values.allSatisfy { $0 == (name.hasSuffix("var") ? 1 : 0) }, "\(name)")
      case .counter(_, let counter): #expect(counter.value == 0)
      case .layer: break
      }
    }
  }

  @Test(
    "Wide and dense networks start with convolutions normal with variance 2/fan-out and a head without bias",
    arguments: [
      NetworkChoice.wideResNet(depth: 16, width: 4), .denseNet(depth: 40, growth: 12, reduction: 0.5),
    ])
  func normalRule(choice: NetworkChoice) {
    let network = choice.network(logitCount: 100, seed: 0, arena: Arena())
    for (name, parameter) in network.namedParameters().map({ ($0.name, $0.parameter) }) {
      let (shape, values) = (parameter.value.shape, parameter.value.values)
      if shape.rank == 4 {
        expectNormal(values, variance: 2 / Double(shape[0] * shape[2] * shape[3]), name)
      } else if name == "fc.weight" {
        expectUniform(values, bound: 1 / Double(network.featureWidth).squareRoot(), name)
      } else {
        #expect(values.allSatisfy { $0 == (name.hasSuffix("weight") ? 1 : 0) }, "\(name)")
      }
    }
  }

  /// Mean, variance and the share beyond two deviations five standard errors at most from a normal distribution's.
  private func expectNormal(_ values: [Float], variance: Double, _ name: String) {
    let scaled = values.map { Double($0) / variance.squareRoot() }
    let count = Double(scaled.count)
    #expect(abs(scaled.reduce(0, +) / count) < 5 / count.squareRoot(), "\(name)")
    let square = scaled.reduce(0) { $0 + $1 * $1 } / count
    #expect(abs(square - 1) < 5 * (2 / count).squareRoot(), "\(name)")
    let beyond = Double(scaled.count { abs($0) > 2 }) / count
    #expect(abs(beyond - 0.0455) < 5 * (0.0455 * 0.9545 / count).squareRoot(), "\(name)")
  }

  /// Within the bound, with mean and variance four standard errors at most from a uniform distribution's.
  private func expectUniform(_ values: [Float], bound: Double, _ name: String) {
    let scaled = values.map { Double($0) / bound }
    #expect(scaled.allSatisfy { abs($0) <= 1 + 1e-6 }, "\(name)")
    let count = Double(scaled.count)
    let mean = scaled.reduce(0, +) / count
    let square = scaled.reduce(0) { $0 + $1 * $1 } / count
    #expect(abs(mean) < 4 * (1 / (3 * count)).squareRoot(), "\(name)")
    #expect(abs(square - 1.0 / 3) < 4 * (4 / (45 * count)).squareRoot(), "\(name)")
  }

  @Test("One seed gives one network, another seed another")
  func seeds() {
    func values(_ seed: UInt64) -> [String: [Float]] {
      NetworkChoice.narrowResNet(depth: 8, shortcut: .projection)
        .network(logitCount: 10, seed: seed, arena: Arena()).parameterValues
    }
    #expect(values(5) == values(5))
    let (one, other) = (values(5), values(6))
    #expect(one["conv1.weight"] != other["conv1.weight"])
    #expect(one["fc.bias"] != other["fc.bias"])
  }

  @Test("The backbone starts the same whatever the number of logits")
  func independence() {
    func values(_ logitCount: Int) -> [String: [Float]] {
      NetworkChoice.narrowResNet(depth: 8, shortcut: .projection)
        .network(logitCount: logitCount, seed: 5, arena: Arena()).parameterValues
        .filter { !$0.key.hasPrefix("fc.") }
    }
    #expect(values(10) == values(12))
  }

  @Test("No two parameters of one shape start the same")
  func distinctStreams() {
    let values = NetworkChoice.narrowResNet(depth: 20, shortcut: .projection)
      .network(logitCount: 10, seed: 0, arena: Arena()).namedParameters()
      .filter { $0.parameter.value.shape.rank > 1 }.map { $0.parameter.value.values }
    #expect(Set(values.map { $0.prefix(4) }).count == values.count)
  }
}
