import Detection
import Testing

struct ThresholdTests {
  @Test("The threshold accepts at least 95 % of the images, and the next larger score would not")
  func acceptsEnough() throws {
    var sequence = NumberSequence(5)
    for count in [1, 2, 19, 20, 21, 39, 40, 100, 5000] {
      for levels in [3, 50, 1 << 40] {
        let scores = sequence.integers(count, below: levels).map { $0 - 1 }
        let threshold = try AcceptanceThreshold(accepting95PercentOf: scores, source: .validation)
        let accepted = scores.filter(threshold.accepts).count
        let stricter = scores.filter { $0 > threshold.value }.count
        #expect(accepted * 20 >= count * 19 && stricter * 20 < count * 19 && scores.contains(threshold.value))
      }
    }
  }

  @Test("Of twenty images nineteen are 95 %")
  func twenty() throws {
    let threshold = try AcceptanceThreshold(accepting95PercentOf: (0..<20).map(Double.init), source: .test)
    #expect(threshold == AcceptanceThreshold(value: 1, source: .test))
    #expect(threshold.accepts(1) && !threshold.accepts(0.999))
    #expect(try AcceptanceThreshold(accepting95PercentOf: [], source: .test).value.isNaN)
  }
}
