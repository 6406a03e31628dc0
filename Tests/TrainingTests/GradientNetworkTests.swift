import Detection
import Images
import Kernels
import Networks
import Tensors
import TestSupport
import Testing
import Training

@Suite("A network as scores see it that follow gradients")
struct GradientNetworkTests {
  private let normalization = Images.Normalization(mean: [0.5, 0.4, 0.3], deviation: [0.25, 0.5, 0.2])

  /// Every kind of network, with running statistics that training has moved.
  private func networks(_ arena: Arena) -> [(network: Network, layers: [String: Int])] {
    let initializer = { Initializer(seed: 3, rule: .normal, arena: arena) }
    let backbones: [(any Backbone, [String: Int])] = [
      (ResNet(.narrow(depth: 8), initializer()), ["stem": 16, "layer1": 16, "layer2": 32, "layer3": 64]),
      (
        WideResNet(depth: 10, width: 1, initializer()),
        ["conv1": 16, "block1": 16, "block2": 32, "block3": 64]
      ),
      (DenseNet(depth: 10, growth: 4, initializer()), ["conv1": 8, "trans1": 6, "trans2": 5, "bn1": 9]),
    ]
    return backbones.map { backbone, layers in
      let network = Network(
        backbone, featureWidth: backbone.featureWidth, logitCount: 5, initializer())
      for step in 0..<3 {
        let context = Context(.training, tape: Tape(arena: arena), step: step)
        let images = Tensor(
          [8, 8, 8, 3], randomValues(8 * 8 * 8 * 3, seed: step).map { Float($0) }, in: arena)
        _ = network(images, context)
      }
      return (network, layers)
    }
  }

  private func block(seed: Int) -> ImageBlock {
    ImageBlock(
      count: 2, height: 8, width: 8, channels: 3,
      values: randomValues(2 * 8 * 8 * 3, seed: seed).map { Float($0) })
  }

  @Test("The gradient of every output is the slope along random directions")
  func slopes() {
    let arena = Arena()
    for (network, layers) in networks(arena) {
      let seen = GradientNetwork(network, normalization: normalization, arena: arena)
      for output in [.logits, .features] + layers.keys.sorted().map(NetworkOutput.layer) {
        let images = block(seed: 11)
        var cotangent: [Double] = []
        let gradient = seen.inputGradient(of: output, at: images) { values in
          cotangent = randomValues(values.values.count, seed: 12)
          return Matrix(
            rowCount: values.rowCount, columnCount: values.columnCount, values: cotangent.map { Float($0) })
        }
        func projection(_ step: Float, _ direction: [Float]) -> Double {
          var moved = images
          for index in direction.indices { moved.values[index] += step * direction[index] }
          return zip(seen.values(of: output, at: moved).values, cotangent).reduce(0) {
            $0 + Double($1.0) * $1.1
          }
        }
        // Along the gradient itself the slope is its length, far above the noise of float32.
        let length = gradient.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        let direction = gradient.map { Float(Double($0) / max(length, 1e-30)) }
        let slope = (projection(2e-3, direction) - projection(-2e-3, direction)) / 4e-3
        #expect(length > 0.01)
        // Rectifiers bend between the two points: a percent is what central differences can say.
        #expect(
          abs(slope - length) < 0.02 * length, "\(network.logitCount) \(output): \(slope) for \(length)")
      }
    }
  }

  @Test("Gradients of weights are not computed, and a later pass sees the same weights")
  func weights() {
    let arena = Arena()
    for (network, _) in networks(arena) {
      for parameter in network.namedParameters() { parameter.parameter.gradient = nil }
      let before = StateDict.arrays(of: network)
      let seen = GradientNetwork(network, normalization: normalization, arena: arena)
      _ = seen.inputGradient(of: .logits, at: block(seed: 4)) { $0 }
      #expect(network.namedParameters().allSatisfy { $0.parameter.gradient == nil })
      #expect(StateDict.arrays(of: network) == before)
    }
  }

  @Test("Layers come under their names with their widths, and asking for them changes no other number")
  func layers() throws {
    let arena = Arena()
    let set = SyntheticSet.make(.forms, split: .test, count: 9, seed: 0)
    for (network, layers) in networks(arena) {
      let evaluator = Evaluator(network: network, normalization: normalization, arena: arena, batchSize: 4)
      let plain = try evaluator.table(of: set, name: "set", areInliers: false)
      let layered = try evaluator.table(of: set, name: "set", areInliers: false, withLayers: true)
      #expect(plain.logits == layered.logits && plain.features == layered.features)
      #expect(plain.layerFeatures.isEmpty)
      #expect(
        Dictionary(uniqueKeysWithValues: layered.layerFeatures.map { ($0.layer, $0.features.columnCount) })
          == layers)
      // In inference the same images through the protocol, in other blocks.
      let images = evaluator.images(of: set, batchSize: 2)
      var rows: [Float] = []
      for layer in layered.layerFeatures {
        rows = []
        try images.forEachBlock { rows += images.network.values(of: .layer(layer.layer), at: $0).values }
        expectClose(rows, layer.features.values.map(Double.init), ofLargest: 1e-6, layer.layer)
      }
    }
  }
}
