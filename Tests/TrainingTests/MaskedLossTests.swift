import Archives
import Foundation
import Images
import Kernels
import Networks
import Tensors
import TestSupport
import Testing
import Training

/// The loss that Unleashing Mask takes for its floor.
@Suite("The loss under masks")
struct MaskedLossTests {
  private static let pipeline = PicturePipeline(normalization: .cifar10)

  private func network(in arena: Arena) -> Network {
    NetworkChoice.narrowResNet(depth: 8, width: 4, shortcut: .projection, normAffine: .none)
      .network(logitCount: 10, seed: 1, arena: arena)
  }

  private func evaluator(_ network: Network, in arena: Arena) -> Evaluator {
    Evaluator(network: network, normalization: .cifar10, arena: arena, batchSize: 64)
  }

  @Test("The floor of several draws is the mean of theirs")
  func draws() throws {
    let arena = Arena()
    let network = network(in: arena)
    let evaluator = evaluator(network, in: arena)
    let loss = MaskedLoss(kept: 0.6, draws: 3)
    let single = try (0..<3).map { draw in
      try loss.withMask(draw, of: network, seed: 5, in: arena) {
        try evaluator.meanCrossEntropy(on: TinyTraining.training, through: Self.pipeline, seed: 1)
      }
    }
    // Nothing is drawn for the pictures, so that masks alone tell the draws apart.
    #expect(Set(single).count == 3)
    let measured = try loss.measure(
      network, evaluator, on: TinyTraining.training, through: Self.pipeline, seed: 5, in: arena)
    #expect(abs(measured - single.reduce(0, +) / 3) < 1e-12)
  }

  @Test("Every draw sees augmentations of its own, and magnitudes make one draw alone")
  func augmentations() throws {
    let arena = Arena()
    let network = network(in: arena)
    let evaluator = evaluator(network, in: arena)
    func measure(_ loss: MaskedLoss) throws -> Double {
      try loss.measure(
        network, evaluator, on: TinyTraining.training, through: OutlierStages.pipeline, seed: 5,
        in: arena)
    }
    let single = try (0..<2).map { draw in
      var stream = RandomStream(seed: 5, purpose: .augmentation, index: draw, lane: 1)
      return try evaluator.meanCrossEntropy(
        on: TinyTraining.training, through: OutlierStages.pipeline, seed: stream.next())
    }
    #expect(single[0] != single[1])
    #expect(abs(try measure(MaskedLoss(kept: 1, draws: 2)) - (single[0] + single[1]) / 2) < 1e-12)
    let magnitudes = MaskedLoss(kept: 0.6, draws: 3, scores: .magnitude)
    #expect(try measure(magnitudes) == measure(MaskedLoss(kept: 0.6, draws: 1, scores: .magnitude)))
  }

  @Test("Masks are those of the scores and layers that were asked for")
  func rankings() throws {
    let arena = Arena()
    let network = network(in: arena)
    func hidden(_ body: (() throws -> [[Bool]]) throws -> [[Bool]]) rethrows -> [[Bool]] {
      try body {
        network.maskableWeights.map { weight in
          let context = Context(.evaluation, tape: Tape(arena: arena, records: false))
          return zip(context.use(weight.parameter).values, weight.parameter.value.values)
            .map { $0 == 0 && $1 != 0 }
        }
      }
    }
    var stream = RandomStream(seed: 5, purpose: .diagnosis, index: 2, lane: 1)
    let seed = stream.next()
    let rankings: [(MaskedLoss.Scores, MaskRanking)] = [
      (.uniform, .random(seed: seed)), (.gaussian, .gaussian(seed: seed)), (.magnitude, .magnitude),
    ]
    for acrossLayers in [false, true] {
      for (scores, ranking) in rankings {
        let loss = MaskedLoss(kept: 0.6, scores: scores, acrossLayers: acrossLayers)
        let found = try hidden { try loss.withMask(2, of: network, seed: 5, in: arena, $0) }
        let expected = try hidden {
          try network.withMask(keeping: 0.6, by: ranking, acrossLayers: acrossLayers, in: arena, $0)
        }
        #expect(found == expected && found.joined().contains(true), "\(scores), \(acrossLayers)")
      }
    }
  }

  @Test("Where training cuts its pictures out of whole ones, the floor is of the whole ones")
  func wholePictures() throws {
    let arena = Arena()
    let network = network(in: arena)
    let loss = MaskedLoss(kept: 0.9)
    let whole = SyntheticSet.make(.forms, split: .test, count: 30, seed: 9)
    let expected = try loss.measure(
      network, evaluator(network, in: arena), on: whole, through: Self.pipeline, seed: 7, in: arena)
    let choice = MethodChoice.unleashingMask(.init(floor: .measured(loss)))
    var method = try choice.method(for: TaskFacts(of: TinyTraining.training))
    let stage = Stage(
      name: "tune", method: choice, optimizer: .sgd(SGD.Settings(), learningRate: 0.1),
      schedule: Schedule(.constant), epochs: 1, batchSize: 16)
    try method.stageWillStart(
      StageResources(
        network: network, evaluator: evaluator(network, in: arena),
        material: TrainingSession.Material(
          training: TinyTraining.training, whole: whole, validation: nil, pipeline: Self.pipeline),
        stage: stage, seed: 7, arena: arena))
    #expect(method.state.first { $0.name == "lossFloor" }?.values == .float32([Float(expected)]))
  }

  @Test("Who looks at a network without its masks leaves them as they were, on or off")
  func unmasked() throws {
    let arena = Arena()
    let network = network(in: arena)
    network.addSecondEstimates(in: arena)
    network.learnMasks(keeping: 0.5, Initializer(seed: 1, arena: arena))
    for isOn in [true, false] {
      (network.appliesMasks, network.usesSecondEstimates) = (isOn, isOn)
      let inside = network.unmasked { [network.appliesMasks, network.usesSecondEstimates] }
      #expect(inside == [false, false])
      #expect([network.appliesMasks, network.usesSecondEstimates] == [isOn, isOn])
    }
  }

  @Test("UMAP measures its floor on the network that it was given, not on the one under its masks")
  func floorOfUMAP() throws {
    let arena = Arena()
    let network = network(in: arena)
    let loss = MaskedLoss(kept: 0.9)
    let expected = try loss.measure(
      network, evaluator(network, in: arena), on: TinyTraining.training, through: Self.pipeline, seed: 7,
      in: arena)
    let settings = UMAPMethod.Settings(floor: .measured(loss), kept: 0.5)
    var method: any TrainingMethod = try UMAPMethod(settings, TaskFacts(of: TinyTraining.training))
    network.arrange(for: &method, stage: 0, seed: 7, in: arena)
    // A pass in training moves the second estimates away from the first.
    let images = Tensor(
      [4, 16, 16, 3], randomValues(4 * 16 * 16 * 3, seed: 1).map { Float(5 * $0) }, in: arena)
    _ = network(images, Context(.training, tape: Tape(arena: arena, records: false)))
    let stage = Stage(
      name: "tune", method: .umap(settings), optimizer: .sgd(SGD.Settings(), learningRate: 0.1),
      schedule: Schedule(.constant), epochs: 1, batchSize: 16)
    try method.stageWillStart(
      StageResources(
        network: network, evaluator: evaluator(network, in: arena),
        material: TrainingSession.Material(
          training: TinyTraining.training, validation: nil, pipeline: Self.pipeline),
        stage: stage, seed: 7, arena: arena))
    let floor = try #require(method.state.first { $0.name == "lossFloor" })
    #expect(floor.values == .float32([Float(expected)]))
    #expect(network.appliesMasks && network.usesSecondEstimates)
  }
}
