import Foundation
import Images
import Kernels
import Networks
import Tensors
import TestSupport
import Testing
import Training

/// What a step of a method costs beside a plain one; takes minutes, so only with LIMEN_MEASURE set.
@Suite(
  "The cost of methods", .enabled(if: ProcessInfo.processInfo.environment["LIMEN_MEASURE"] != nil))
struct MethodCostTests {
  private let arena = Arena()

  private func images(_ count: Int, _ seed: Int) -> Tensor {
    let values = randomValues(count * 32 * 32 * 3, seed: seed).map { Float($0) / 4 }
    return Tensor([count, 32, 32, 3], values, in: arena)
  }

  private func step(_ method: MethodChoice, of choice: NetworkChoice) throws -> TrainingStep {
    let task = TaskFacts(
      classCount: 10, classFrequencies: Array(repeating: 10, count: 10), auxiliaryCount: 128)
    let network = choice.network(logitCount: 10, seed: 1, arena: arena)
    var made = try method.method(for: task)
    network.arrange(for: &made, stage: 0, seed: 1, in: arena)
    let learning = network.namedParameters().filter { !$0.parameter.isFrozen }
    return TrainingStep(
      network: network, method: made,
      optimizer: OptimizerChoice.sgd(SGD.Settings(), learningRate: 0.001).optimizer(for: learning),
      arena: arena, precision: .bfloat16, seed: 1)
  }

  /// The processor time of the second step by that of the first, the median of 15 alternating blocks.
  private func ratio(
    _ plain: (step: TrainingStep, batch: TrainingBatch), _ other: (step: TrainingStep, batch: TrainingBatch),
    steps: Int, _ name: String
  ) throws -> Double {
    func seconds(_ work: (step: TrainingStep, batch: TrainingBatch)) throws -> Double {
      let start = clock()
      for index in 0..<steps { _ = try work.step(work.batch, learningRate: 0.001, epoch: 0, step: index) }
      return Double(clock() - start) / Double(CLOCKS_PER_SEC)
    }
    _ = try (seconds(plain), seconds(other))
    var ratios: [Double] = []
    for block in 0..<15 {
      // In turn first, so that neither always follows the other.
      let first = block % 2 == 0
      let early = try first ? seconds(plain) : seconds(other)
      let late = try first ? seconds(other) : seconds(plain)
      ratios.append(first ? late / early : early / late)
    }
    ratios.sort()
    print("\(name): \(ratios[7]), quartiles \(ratios[3]) and \(ratios[11])")
    return ratios[7]
  }

  @Test("A step of RNA on 128 + 128 rows costs at most 1.05 times a plain step on 256")
  func joinedRows() throws {
    for (choice, steps) in [
      (NetworkChoice.narrowResNet(depth: 8, shortcut: .projection, normAffine: .shortcut), 6),
      (.resnet18(stem: .cifar, normAffine: .shortcut), 1),
    ] {
      let labels = (0..<256).map { $0 % 10 }
      let whole = TrainingBatch(images: images(256, 1), labels: labels)
      let joined = TrainingBatch(
        images: images(128, 1), labels: Array(labels.prefix(128)),
        auxiliary: .init(images: images(128, 2), indices: Array(0..<128)))
      let ratio = try ratio(
        (step(.plain(.init()), of: choice), whole), (step(.rna(.init()), of: choice), joined), steps: steps,
        "\(choice.name), joined/plain")
      #expect(ratio <= 1.05)
    }
  }

  @Test("A step that learns masks costs at most 1.15 times a plain step of the same network")
  func masks() throws {
    for (choice, batch) in [
      (NetworkChoice.wideResNet(depth: 16, width: 2, normAffine: .none), 128),
      (.denseNet(depth: 40, growth: 12, reduction: 0.5, normAffine: .none), 64),
    ] {
      let rows = TrainingBatch(images: images(batch, 1), labels: (0..<batch).map { $0 % 10 })
      let ratio = try ratio(
        (step(.plain(.init()), of: choice), rows), (step(.umap(.init(floor: .at(0.1))), of: choice), rows),
        steps: 2, "\(choice.name), masks/plain")
      #expect(ratio <= 1.15)
    }
  }
}
