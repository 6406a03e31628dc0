import Foundation
import Kernels
import Networks
import Tensors
import TestSupport
import Testing
import Training

/// Three steps of RNA follow a PyTorch twin in double precision: `scripts/golden/rna_training.py`.
@Suite("RNA in training")
struct RNATwinTests {
  private static let (pictures, outliers, side) = (8, 8, 8)

  /// The 25-bit counter formula of the generator.
  private static func bits(_ tensor: Int, _ element: Int) -> UInt64 {
    var z = (UInt64(tensor) << 32 | UInt64(element)) &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return (z ^ (z >> 31)) >> 39
  }

  private static func value(_ tensor: Int, _ element: Int) -> Float {
    Float(Int(bits(tensor, element)) - (1 << 24)) * 0x1p-24
  }

  /// Pictures and outliers of a step.
  static func batch(_ step: Int, _ arena: Arena) -> TrainingBatch {
    let (size, plane) = (3 * side * side, side * side)
    let labels = (0..<pictures).map { Int(bits(3000 + step, $0) % 4) }
    func images(_ rows: Range<Int>) -> Tensor {
      let tensor = Tensor([rows.count, side, side, 3], in: arena)
      for (place, row) in rows.enumerated() {
        for p in 0..<size {
          let pattern = row < pictures ? 2000 + labels[row] : 2500
          tensor.pointer[(place * plane + p % plane) * 3 + p / plane] =
            (value(1000 + step, row * size + p) + value(pattern, p)) * 0.5
        }
      }
      return tensor
    }
    return TrainingBatch(
      images: images(0..<pictures), labels: labels,
      auxiliary: .init(images: images(pictures..<pictures + outliers), indices: Array(0..<outliers)))
  }

  /// The network and method of the twin, with its initial weights.
  static func twin(_ settings: RNAMethod.Settings, _ arena: Arena) throws -> (Network, any TrainingMethod) {
    let network = NetworkChoice.narrowResNet(depth: 8, width: 4, shortcut: .projection, normAffine: .shortcut)
      .network(logitCount: 4, seed: 1, arena: arena)
    var method: any TrainingMethod = try RNAMethod(
      settings, TaskFacts(classCount: 4, classFrequencies: [500, 120, 40, 10], auxiliaryCount: outliers))
    network.arrange(for: &method, stage: 0, seed: 1, in: arena)
    for (index, named) in network.namedParameters().enumerated() {
      let tensor = named.parameter.value
      let raw = (0..<tensor.count).map { value(index, $0) }
      if named.belongsToNormalization {
        tensor.assign(raw.map { (named.name.hasSuffix("weight") ? 1 : 0) + $0 / 4 })
      } else {
        let fanIn = tensor.shape.rank > 1 ? tensor.count / tensor.shape[0] : 16
        let scale = Float(1 / Double(fanIn).squareRoot())
        tensor.assign(raw.map { $0 * scale })
      }
    }
    return (network, method)
  }

  static func settings(_ name: String) -> RNAMethod.Settings {
    RNAMethod.Settings(
      width: 8, terms: name == "both" ? .both : .amplification,
      normGradient: RNAMethod.NormGradient(rawValue: name) ?? .joint)
  }

  private static func distance(_ a: [Float], _ b: [Double]) -> Double {
    guard a.count == b.count else { return .infinity }
    let difference = zip(a, b).reduce(0.0) { $0 + pow(Double($1.0) - $1.1, 2) }
    return (difference / b.reduce(1e-30) { $0 + $1 * $1 }).squareRoot()
  }

  @Test(
    "Losses, weights and running estimates of three steps are those of a float64 reference",
    arguments: ["joint", "constant", "cut", "both"])
  func threeSteps(name: String) throws {
    let golden = try Golden("rna_training", in: .module)[name]
    let arena = Arena()
    let (network, method) = try Self.twin(Self.settings(name), arena)
    let optimizer = SGD(
      SGD.Settings(momentum: 0.9, weightDecay: 5e-4, nesterov: false), network.namedParameters())
    let step = TrainingStep(network: network, method: method, optimizer: optimizer, arena: arena, seed: 1)
    var losses: [Float] = []
    for index in 0..<3 {
      let batch = Self.batch(index, arena)
      if index == 0 {
        #expect(batch.labels.map(Double.init) == golden["inputs"]["labels"].flat)
        expectClose(
          (0..<8).map { batch.images.pointer[$0 * 3] }, golden["inputs"]["pixels"].flat, "pixels")
      }
      losses.append(try step(batch, learningRate: 0.05, epoch: 0, step: index).loss)
    }
    expectClose(losses, golden["outputs"]["losses"].flat, relative: 1e-5, absolute: 0, "losses")
    let expected = golden["outputs"]["tensors"]
    #expect(expected.keys == network.namedParameters().map(\.name).sorted())
    for named in network.namedParameters() {
      let values = expected[named.name].flat
      let own = Array(named.parameter.value.values.prefix(values.count))
      let distance = Self.distance(own, values)
      #expect(distance < 1e-4, "\(named.name): \(distance)")
    }
    for leaf in network.leaves {
      guard case .buffer(let full, let buffer) = leaf else { continue }
      let (layer, kind) = (
        full.split(separator: ".").dropLast().joined(separator: "."), full.hasSuffix("mean")
      )
      let values = golden["outputs"][kind ? "means" : "variances"][layer].flat
      #expect(Self.distance(buffer.value.values, values) < 1e-4, "\(full)")
    }
  }

  // ── What outliers may and may not do ──────────────────────────────────────────────────────────

  /// The loss and all gradients of one pass, outliers in the given order, or others in their place.
  private func pass(_ order: [Int], replaced: Bool = false) throws -> (
    loss: Float, logits: [Float], gradients: [[Float]]
  ) {
    let arena = Arena()
    let (network, method) = try Self.twin(RNAMethod.Settings(width: 8), arena)
    var batch = Self.batch(0, arena)
    let others = replaced ? Self.batch(1, arena).auxiliary : batch.auxiliary
    let values = try #require(others).images.values
    let size = values.count / Self.outliers
    batch.auxiliary = TrainingBatch.Auxiliary(
      images: Tensor(
        [Self.outliers, Self.side, Self.side, 3], order.flatMap { values[$0 * size..<($0 + 1) * size] },
        in: arena),
      indices: order)
    let context = Context(.training, tape: Tape(arena: arena), seed: 1)
    let rows = method.inputs(from: batch, context)
    context.headRows = rows.headRows
    let output = network(rows.images, context)
    #expect(output.features.shape == [Self.pictures, 16] && output.logits.shape == [Self.pictures, 4])
    let loss = method.loss(output, rows, context)
    context.tape.backward(from: loss)
    context.collectGradients()
    return (
      loss.scalar, output.logits.values,
      network.namedParameters().map { $0.parameter.gradient?.values ?? [] }
    )
  }

  @Test("The order of outliers changes nothing but rounding; other outliers change the pictures' logits")
  func outliers() throws {
    let straight = try pass(Array(0..<8))
    let turned = try pass([3, 0, 7, 1, 2, 6, 5, 4])
    expectClose(turned.logits, straight.logits.map(Double.init), ofLargest: 1e-5, "logits")
    for (a, b) in zip(turned.gradients, straight.gradients) {
      expectClose(a, b.map(Double.init), ofLargest: 2e-5, "gradients")
    }
    let others = try pass(Array(0..<8), replaced: true)
    let change = zip(others.logits, straight.logits).map { abs($0 - $1) }.max() ?? 0
    #expect(change > 1e-3)
  }
}
