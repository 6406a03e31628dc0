import Images
import Kernels
import Networks
import Tensors
import TestSupport
import Testing
import Training

@Suite("Methods of AugRevise's study")
struct BaselineMethodTests {
  private static let set = SyntheticSet.make(.forms, split: .train, count: 12, seed: 0)

  private static let choices: [MethodChoice] = [
    .augMix(AugMixMethod.Settings()), .augRevise(AugReviseMethod.Settings()),
    .augRevise(AugReviseMethod.Settings(mixesBeforePolicy: false, labelSmoothing: 0.1)),
    .cutMix(CutMixMethod.Settings()), .cutMix(CutMixMethod.Settings(probability: 0, labelSmoothing: 0.1)),
    .logitNorm(LogitNormMethod.Settings()), .mixup(MixupMethod.Settings()),
    .mixupOrCutMix(MixupOrCutMixMethod.Settings(labelSmoothing: 0.1)),
    .regMixup(RegMixupMethod.Settings()), .regMixup(RegMixupMethod.Settings(normalization: .mean)),
  ]

  /// A step of ResNet-8, its loss and the weights after it.
  private func trained(
    _ choice: MethodChoice, pieces: Int = 1, seed: UInt64 = 1
  ) throws -> (outcome: TrainingStep.Outcome, weights: [[Float]]) {
    let arena = Arena()
    let method = try choice.method(for: TaskFacts(of: Self.set))
    let network = NetworkChoice.narrowResNet(depth: 8, width: 4, shortcut: .projection)
      .network(logitCount: method.logitCount, seed: 0, arena: arena)
    let loader = Loader(
      Self.set, batchSize: 12, seed: seed,
      pipeline: PicturePipeline(
        geometry: [HorizontalFlip()], policy: [TrivialAugment()], normalization: .cifar10,
        views: method.views), order: .sequential)
    let batch = TrainingBatch(try #require(try loader.batches(epoch: 0).next()), in: arena)
    let step = TrainingStep(
      network: network, method: method, optimizer: SGD(SGD.Settings(), network.namedParameters()),
      pieceCount: pieces, arena: arena, seed: seed)
    let outcome = try step(batch, learningRate: 0.1, epoch: 0, step: 0)
    return (outcome, network.namedParameters().map { $0.parameter.value.values })
  }

  @Test("Each of them learns, alone and in pieces, and the same seed gives the same bits", arguments: choices)
  func steps(choice: MethodChoice) throws {
    let (first, second) = (try trained(choice), try trained(choice))
    #expect(first.outcome.loss.isFinite && first.outcome.loss > 0 && first.outcome.correctCount <= 12)
    #expect(first.outcome == second.outcome && first.weights == second.weights)
    #expect(try trained(choice, seed: 2).weights != first.weights)
    let parted = try trained(choice, pieces: 3)
    #expect(parted.outcome.loss.isFinite && parted.outcome.correctCount <= 12)
  }

  @Test("Mixing with weight 0 and boxes that are never drawn are plain training")
  func nothingMixed() throws {
    let plain = try trained(.plain(PlainMethod.Settings(labelSmoothing: 0.1)))
    let mixup = try trained(.mixup(MixupMethod.Settings(alpha: 0, labelSmoothing: 0.1)))
    let cutMix = try trained(.cutMix(CutMixMethod.Settings(probability: 0, labelSmoothing: 0.1)))
    for other in [mixup, cutMix] {
      #expect(abs(other.outcome.loss - plain.outcome.loss) < 1e-5)
      for (values, expected) in zip(other.weights, plain.weights) {
        expectClose(values, expected.map(Double.init), relative: 1e-4, absolute: 1e-6, "weights")
      }
    }
  }

  @Test("The mean of RegMixup is half of its sum")
  func normalization() throws {
    let sum = try trained(.regMixup(RegMixupMethod.Settings())).outcome.loss
    let mean = try trained(.regMixup(RegMixupMethod.Settings(normalization: .mean))).outcome.loss
    #expect(abs(mean - sum / 2) < 1e-6)
  }

  @Test("AugRevise mixes what the policy has not touched, and puts what it has touched first")
  func views() throws {
    let arena = Arena()
    let pixels = (0..<12).flatMap { row in Array(repeating: Float(row), count: 12) }
    let batch = TrainingBatch(
      images: Tensor([12, 2, 2, 3], pixels, in: arena), labels: Array(0..<6) + Array(0..<6), viewCount: 2)
    let task = TaskFacts(classCount: 6, classFrequencies: Array(repeating: 1, count: 6))
    let context = Context(.training, tape: Tape(arena: arena), seed: 3, epoch: 1, step: 2)
    let method = AugReviseMethod(AugReviseMethod.Settings(alpha: 1), task)
    #expect(method.views == .cleanAndPolicies(1))
    let rows = method.inputs(from: batch, context)
    let mixing = try #require(rows.mixing)
    #expect(mixing == Mixup(alpha: 1).mixing(count: 6, seed: 3, epoch: 1, step: 2))
    let firsts = stride(from: 0, to: rows.images.count, by: 12).map { rows.images.values[$0] }
    #expect(Array(firsts[..<6]) == (6..<12).map(Float.init))
    for (row, partner) in mixing.partners.enumerated() {
      let expected = (1 - mixing.partnerWeight) * Float(row) + mixing.partnerWeight * Float(partner)
      #expect(abs(firsts[6 + row] - expected) < 1e-5)
    }
    #expect(rows.mixedTargets.map(\.partner) == mixing.partners)
    let literal = AugReviseMethod(AugReviseMethod.Settings(mixesBeforePolicy: false), task)
    #expect(literal.views == .one)
  }

  @Test("One of both mixings in every batch, each about half of the time")
  func mixupOrCutMix() throws {
    let arena = Arena()
    let task = TaskFacts(classCount: 4, classFrequencies: [1, 1, 1, 1])
    let method = MixupOrCutMixMethod(MixupOrCutMixMethod.Settings(), task)
    let batch = TrainingBatch(
      images: Tensor([4, 8, 8, 3], filledWith: 0, in: arena), labels: [0, 1, 2, 3])
    let boxes = (0..<200).count { step in
      let context = Context(.training, tape: Tape(arena: arena), seed: 0, epoch: 0, step: step)
      return method.inputs(from: batch, context).mixing?.box != nil
    }
    #expect((70...130).contains(boxes))
  }
}
