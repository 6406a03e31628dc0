import Foundation
import Images
import Kernels
import Networks
import Tensors
import TestSupport
import Testing
import Training

/// What outliers that count in statistics alone cost; takes a minute, so only with LIMEN_MEASURE set.
@Suite(
  "The cost of joined batches", .enabled(if: ProcessInfo.processInfo.environment["LIMEN_MEASURE"] != nil))
struct JoinedCostTests {
  @Test("A step of RNA on 128 + 128 rows costs at most 1.05 times a plain step on 256")
  func ratio() throws {
    for (choice, side, steps) in [
      (NetworkChoice.narrowResNet(depth: 8, shortcut: .projection, normAffine: .shortcut), 32, 6),
      (.resnet18(stem: .cifar, normAffine: .shortcut), 32, 1),
    ] {
      let arena = Arena()
      func images(_ count: Int, _ seed: Int) -> Tensor {
        let values = randomValues(count * side * side * 3, seed: seed).map { Float($0) / 4 }
        return Tensor([count, side, side, 3], values, in: arena)
      }
      let labels = (0..<256).map { $0 % 10 }
      let plainBatch = TrainingBatch(images: images(256, 1), labels: labels)
      let joinedBatch = TrainingBatch(
        images: images(128, 1), labels: Array(labels.prefix(128)),
        auxiliary: .init(images: images(128, 2), indices: Array(0..<128)))
      let task = TaskFacts(
        classCount: 10, classFrequencies: Array(repeating: 10, count: 10), auxiliaryCount: 128)
      func step(_ method: MethodChoice) throws -> TrainingStep {
        let network = choice.network(logitCount: 10, seed: 1, arena: arena)
        var made = try method.method(for: task)
        network.arrange(for: &made, stage: 0, seed: 1, in: arena)
        let optimizer = OptimizerChoice.adam(Adam.Settings(), learningRate: 0.001)
        return TrainingStep(
          network: network, method: made, optimizer: optimizer.optimizer(for: network.namedParameters()),
          arena: arena, precision: .bfloat16, seed: 1)
      }
      let (plain, joined) = (try step(.plain(.init())), try step(.rna(.init())))
      /// Processor seconds of some steps.
      func seconds(_ step: TrainingStep, _ batch: TrainingBatch) throws -> Double {
        let start = clock()
        for index in 0..<steps { _ = try step(batch, learningRate: 0.001, epoch: 0, step: index) }
        return Double(clock() - start) / Double(CLOCKS_PER_SEC)
      }
      _ = try (seconds(plain, plainBatch), seconds(joined, joinedBatch))
      var ratios: [Double] = []
      for block in 0..<15 {
        // In turn first, so that neither always follows the other.
        let first = block % 2 == 0
        let early = try first ? seconds(plain, plainBatch) : seconds(joined, joinedBatch)
        let late = try first ? seconds(joined, joinedBatch) : seconds(plain, plainBatch)
        ratios.append(first ? late / early : early / late)
      }
      ratios.sort()
      print("\(choice.name): joined/plain \(ratios[7]), quartiles \(ratios[3]) and \(ratios[11])")
      #expect(ratios[7] <= 1.05)
    }
  }
}
