import Images
import Kernels
import Networks
import Tensors
import TestSupport
import Testing
import Training

@Suite("TrainingBatch")
struct TrainingBatchTests {
  private let arena = Arena()

  /// Two views of three pictures of 1×2 pixels; every float tells its row.
  private func batch() -> TrainingBatch {
    let rows = (0..<6).flatMap { row in (0..<6).map { Float(10 * row + $0) } }
    return TrainingBatch(
      images: Tensor([6, 1, 2, 3], rows, in: arena), labels: [2, 0, 1, 2, 0, 1], viewCount: 2)
  }

  @Test("A view is a batch of its own")
  func view() {
    let second = batch().view(1, in: arena)
    #expect(second.images.shape == [3, 1, 2, 3] && second.labels == [2, 0, 1] && second.viewCount == 1)
    #expect(second.images.values == Array(batch().images.values[18...]))
    #expect(batch().pictureCount == 3)
  }

  @Test("Joined with its mixtures, a batch has the plain view and then the mixtures of the other")
  func joined() {
    let mixing = LabelMixing(partnerWeight: 0.25, partners: [2, 0, 1])
    let both = batch().joined(withMixing: mixing, plainView: 1, mixedView: 0, in: arena)
    #expect(both.images.shape == [6, 1, 2, 3] && both.labels == [2, 0, 1, 2, 0, 1] && both.mixing == mixing)
    let values = both.images.values
    let rows = batch().images.values
    #expect(Array(values[..<18]) == Array(rows[18...]))
    for (row, partner) in mixing.partners.enumerated() {
      for place in 0..<6 {
        #expect(
          values[18 + row * 6 + place] == 0.75 * rows[row * 6 + place] + 0.25 * rows[partner * 6 + place])
      }
    }
    let mixed = batch().mixed(by: mixing, in: arena)
    #expect(mixed.images.values == Array(values[18...]) && mixed.labels == [2, 0, 1])
    let cut = LabelMixing(
      partnerWeight: 0.5, partners: [1, 2, 0], box: PictureRegion(top: 0, left: 1, height: 1, width: 1))
    #expect(Array(batch().mixed(by: cut, in: arena).images.values[..<6]) == [0, 1, 2, 13, 14, 15])
  }

  @Test("Views come into a batch one after the other, and each picture counts once")
  func views() throws {
    let set = SyntheticSet.make(.forms, split: .train, count: 8, seed: 0)
    let pipeline = PicturePipeline(
      geometry: [HorizontalFlip()], policy: [TrivialAugment()], normalization: .cifar10,
      views: .cleanAndPolicies(2))
    let loader = Loader(set, batchSize: 8, seed: 1, pipeline: pipeline, order: .sequential)
    let lent = try #require(try loader.batches(epoch: 0).next())
    let batch = TrainingBatch(lent, in: arena)
    #expect(batch.images.shape == [24, 32, 32, 3] && batch.viewCount == 3 && batch.pictureCount == 8)
    #expect(batch.labels == set.labels + set.labels + set.labels)

    let network = NetworkChoice.narrowResNet(depth: 8, shortcut: .projection)
      .network(logitCount: 10, seed: 0, arena: arena)
    let optimizer = OptimizerChoice.sgd(SGD.Settings(), learningRate: 0.1)
    let step = TrainingStep(
      network: network, method: PlainMethod(PlainMethod.Settings(), TaskFacts(of: set)),
      optimizer: optimizer.optimizer(for: network.namedParameters()), arena: arena, seed: 0)
    let outcome = try step(batch, learningRate: 0, epoch: 0, step: 0)
    #expect(outcome.correctCount <= 8 && outcome.loss.isFinite)
  }
}
