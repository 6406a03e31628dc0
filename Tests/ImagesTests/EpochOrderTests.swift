import Images
import Testing

@Suite("EpochOrder")
struct EpochOrderTests {
  @Test("An epoch visits every picture once", arguments: [0, 1, 2, 7, 1000])
  func isPermutation(count: Int) {
    for epoch in 0..<3 {
      let order = EpochOrder(count: count, seed: 5, epoch: epoch)
      #expect(order.indices.sorted() == Array(0..<count))
    }
  }

  @Test("The order differs between epochs and between seeds, and repeats for the same ones")
  func dependsOnSeedAndEpoch() {
    let order = EpochOrder(count: 100, seed: 1, epoch: 3)
    #expect(order == EpochOrder(count: 100, seed: 1, epoch: 3))
    #expect(order != EpochOrder(count: 100, seed: 1, epoch: 4))
    #expect(order != EpochOrder(count: 100, seed: 2, epoch: 3))
  }

  @Test("Every picture comes first about equally often")
  func isUniform() {
    var firsts = [Int](repeating: 0, count: 5)
    for epoch in 0..<5000 { firsts[EpochOrder(count: 5, seed: 9, epoch: epoch).indices[0]] += 1 }
    // 1000 expected each; 150 is more than five standard deviations.
    #expect(firsts.allSatisfy { abs($0 - 1000) < 150 }, "\(firsts)")
  }

  @Test("The order of a given seed and epoch never changes, or old runs could not be resumed")
  func isPinned() {
    #expect(EpochOrder(count: 10, seed: 42, epoch: 7).indices == [0, 9, 1, 8, 2, 7, 5, 6, 4, 3])
  }

  @Test("The sequential order is the set's own")
  func sequential() {
    #expect(EpochOrder.sequential(count: 4).indices == [0, 1, 2, 3])
  }

  @Test("From a random offset the set's own order goes once round, from a place that each epoch draws anew")
  func randomOffset() {
    var firsts = [Int](repeating: 0, count: 5)
    for epoch in 0..<5000 {
      let indices = EpochOrder.fromRandomOffset(count: 5, seed: 9, epoch: epoch).indices
      #expect(indices == (0..<5).map { ($0 + indices[0]) % 5 })
      firsts[indices[0]] += 1
    }
    // 1000 expected each; 150 is more than five standard deviations.
    #expect(firsts.allSatisfy { abs($0 - 1000) < 150 }, "\(firsts)")
    #expect(EpochOrder.fromRandomOffset(count: 0, seed: 9, epoch: 0).indices == [])
    // Or old runs could not be resumed.
    #expect(
      (0..<6).map { EpochOrder.fromRandomOffset(count: 1000, seed: 42, epoch: $0).indices[0] }
        == [327, 952, 224, 841, 324, 799])
  }
}
