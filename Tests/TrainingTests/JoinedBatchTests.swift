import Images
import Kernels
import Networks
import Tensors
import TestSupport
import Testing
import Training

/// Pictures and outliers in one pass, of which only the pictures may reach the head.
@Suite("Joined batches")
struct JoinedBatchTests {
  static let networks: [NetworkChoice] = [
    .narrowResNet(depth: 8, shortcut: .projection, normAffine: .shortcut),
    .narrowResNet(depth: 8, shortcut: .pad),
    .resnet18(stem: .cifar, width: 4, normAffine: .none),
    .resnet50(stem: .cifar, width: 4),
    .wideResNet(depth: 10, width: 1),
    .denseNet(depth: 10, growth: 4, reduction: 0.5),
    .bit(depth: 50, width: 32),
  ]

  private func images(_ count: Int, _ seed: Int, _ arena: Arena) -> Tensor {
    let values = randomValues(count * 16 * 16 * 3, seed: seed).map { Float($0) / 4 }
    return Tensor([count, 16, 16, 3], values, in: arena)
  }

  /// Logits of the first six of ten rows, and the gradients of all parameters for a loss on those alone.
  private func pass(_ choice: NetworkChoice, _ precision: ElementType, early: Bool) -> [[Float]] {
    let arena = Arena()
    let network = choice.network(logitCount: 3, seed: 2, arena: arena)
    for named in network.classifier.namedParameters() {
      named.parameter.value.assign(
        randomValues(named.parameter.value.count, seed: 9).map { Float($0) / 4 })
    }
    let context = Context(.training, tape: Tape(arena: arena), precision: precision, seed: 1)
    context.headRows = early ? 6 : nil
    let output = network(images(10, 1, arena), context)
    #expect(output.logits.shape == [early ? 6 : 10, 3] && output.features.shape[0] == (early ? 6 : 10))
    // The same product over the same rows, whose bits are the same then.
    let logits =
      early
      ? output.logits
      : network.classifier(context.tape.apply(RowSelection(0..<6), output.features), context)
    let loss = context.tape.apply(CrossEntropy(labels: [0, 1, 2, 0, 1, 2]), logits)
    context.tape.backward(from: loss)
    context.collectGradients()
    return [logits.values, [loss.scalar]]
      + network.namedParameters().map { $0.parameter.gradient?.values ?? [] }
  }

  @Test(
    "Rows that end behind the last normalisation change neither logits nor gradients",
    arguments: networks, [ElementType.float32, .bfloat16])
  func headRows(network: NetworkChoice, precision: ElementType) {
    let (early, late) = (pass(network, precision, early: true), pass(network, precision, early: false))
    #expect(early.count == late.count)
    #expect(early == late)
  }

  @Test("A joined batch has the pictures' rows first, their labels and counts, and says which reach the head")
  func joining() throws {
    let arena = Arena()
    let batch = TrainingBatch(
      images: images(4, 1, arena), labels: [0, 1, 0, 1], viewCount: 2, indices: [5, 6],
      auxiliary: .init(images: images(3, 2, arena), indices: [0, 1, 2]))
    let joined = batch.joined(withAuxiliary: arena)
    #expect(joined.images.values == images(4, 1, arena).values + images(3, 2, arena).values)
    #expect(joined.labels == batch.labels && joined.pictureCount == 2 && joined.outlierCount == 3)
    #expect(joined.headRows == nil && joined.auxiliary == nil && joined.indices == [5, 6])
    #expect(batch.joined(withAuxiliary: arena, onlyForStatistics: true).headRows == 4)
    var alone = batch
    alone.auxiliary = nil
    #expect(alone.joined(withAuxiliary: arena, onlyForStatistics: true).headRows == nil)
  }

  @Test("Who asks for the features of the other rows gets those that the whole batch would have")
  func observer() throws {
    let arena = Arena()
    func features(_ rows: Int?) -> (own: [Float], others: [Float]) {
      let network = Self.networks[0].network(logitCount: 3, seed: 2, arena: arena)
      let context = Context(.training, tape: Tape(arena: arena), seed: 1)
      context.headRows = rows
      var others: [Float] = []
      context.outlierObserver = { others = $0.values }
      return (network(images(5, 3, arena), context).features.values, others)
    }
    let (parted, whole) = (features(3), features(nil))
    #expect(parted.own + parted.others == whole.own && whole.others.isEmpty)
  }
}
