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
