import Images
import Networks
import Tensors
import TestSupport
import Testing
import Training

@Suite("Gradient accumulation")
struct AccumulationTests {
  private func makeNetwork(_ arena: Arena) -> Network {
    NetworkChoice.narrowResNet(depth: 8, shortcut: .projection).network(logitCount: 10, seed: 1, arena: arena)
  }

  private func makeBatch(_ arena: Arena) throws -> TrainingBatch {
    let set = SyntheticSet.make(.forms, split: .train, count: 7, seed: 0)
    let loader = Loader(
      set, batchSize: 7, seed: 0, pipeline: PicturePipeline(normalization: .cifar10), order: .sequential)
    return TrainingBatch(try #require(try loader.batches(epoch: 0).next()), in: arena)
  }

  @Test("Pieces are the batch: every picture once, in order, with its label and its views")
  func pieces() throws {
    let arena = Arena()
    let batch = try makeBatch(arena)
    let pieces = batch.pieces(3, in: arena)
    #expect(pieces.map(\.pictureCount) == [2, 2, 3])
    #expect(pieces.flatMap(\.labels) == batch.labels)
    #expect(pieces.flatMap(\.indices) == Array(0..<7))
    #expect(pieces.flatMap(\.images.values) == batch.images.values)
    #expect(batch.pieces(100, in: arena).count == 7)
    let shape = batch.images.shape
    let views = TrainingBatch(
      images: Tensor(
        [14, shape[1], shape[2], 3], batch.images.values + batch.images.values.map { -$0 }, in: arena),
      labels: batch.labels + batch.labels, viewCount: 2)
    let second = views.pieces(3, in: arena)[1]
    let size = batch.images.count / 7
    let own = Array(batch.images.values[2 * size..<4 * size])
    #expect(second.images.values == own + own.map { -$0 })
    #expect(second.labels == Array(batch.labels[2..<4]) + batch.labels[2..<4])
  }

  @Test("With frozen normalisation the step of a batch in pieces is the step of the batch")
  func equality() throws {
    func trained(pieces: Int) throws -> (loss: Float, parameters: [(String, [Float])]) {
      let arena = Arena()
      let network = makeNetwork(arena)
      // Batch statistics would differ from piece to piece.
      for (_, layer) in network.namedLayers() { (layer as? any ModalLayer)?.isFrozen = true }
      let parameters = network.namedParameters()
      let facts = TaskFacts(classCount: 10, classFrequencies: Array(repeating: 1, count: 10))
      let step = TrainingStep(
        network: network, method: PlainMethod(PlainMethod.Settings(), facts),
        optimizer: SGD(SGD.Settings(momentum: 0, weightDecay: 0, nesterov: false), parameters),
        pieceCount: pieces, arena: arena, seed: 0)
      let outcome = try step(makeBatch(arena), learningRate: 0.1, epoch: 0, step: 0)
      return (outcome.loss, parameters.map { ($0.name, $0.parameter.value.values) })
    }
    let whole = try trained(pieces: 1)
    for pieces in [2, 3, 7] {
      let parted = try trained(pieces: pieces)
      #expect(abs(parted.loss - whole.loss) < 1e-5)
      for ((name, values), (_, expected)) in zip(parted.parameters, whole.parameters) {
        expectClose(values, expected.map(Double.init), relative: 2e-5, absolute: 2e-6, name)
      }
    }
  }
}
