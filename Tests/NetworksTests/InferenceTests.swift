import Kernels
import Networks
import Tensors
import TestSupport
import Testing

/// Networks that are only applied, whose convolutions are normalised in the cache.
@Suite("Inference")
struct InferenceTests {
  /// Features and logits of a network whose running estimates are no longer those it began with.
  private func outputs(
    _ choice: NetworkChoice, _ precision: ElementType, records: Bool, threads: Int = 2
  ) -> [[Float]] {
    Parallel.withThreads(threads) {
      let arena = Arena()
      let network = choice.network(logitCount: 10, seed: 1, arena: arena)
      network.startHeadAtRandom()
      for (index, leaf) in network.leaves.enumerated() {
        guard case .buffer(let name, let buffer) = leaf else { continue }
        let random = randomValues(buffer.value.count, seed: index).map(Float.init)
        buffer.value.assign(random.map { name.hasSuffix("var") ? 0.1 + abs($0) : 0.1 * $0 })
      }
      let shape: Shape = [3, choice.side, choice.side, 3]
      let images = Tensor(shape, randomValues(shape.count, seed: 5).map(Float.init), in: arena)
      let context = Context(
        .evaluation, tape: Tape(arena: arena, records: records), precision: precision)
      let output = network(images, context)
      return [output.features.values, output.logits.values]
    }
  }

  @Test(
    "Without a recording tape the bits are those of evaluation with one", arguments: NetworkChoice.everyKind,
    ElementType.allCases)
  func sameBits(choice: NetworkChoice, precision: ElementType) {
    let plain = outputs(choice, precision, records: true)
    #expect(plain.joined().allSatisfy { $0.isFinite } && Set(plain[1]).count >= 10)
    #expect(outputs(choice, precision, records: false) == plain)
    #expect(outputs(choice, precision, records: false, threads: 3) == plain)
  }
}
