import Experiments
import Testing

@Suite("Things that take turns")
struct PairedTurnsTests {
  private func turns(_ ratios: [Double]) -> PairedTurns {
    var turns = PairedTurns()
    for (round, ratio) in ratios.enumerated() {
      // A machine that is slower in every round, and hiccups once in each.
      let step = Duration.milliseconds(100 + 40 * round)
      turns.append([step, step, .seconds(9)], [.seconds(9), step * ratio, step * ratio])
    }
    return turns
  }

  @Test("A ratio is the median over the rounds, whatever the machine's speed drifts to")
  func ratio() {
    #expect(abs(turns([1.02, 1.5, 1.01, 0.9, 1.03]).ratio - 1.02) < 1e-9)
    #expect(abs(turns([1.02, 1.04]).ratio - 1.03) < 1e-9)
    #expect(turns([1.25, 1.25]).first.count == 6)
  }

  @Test("The interval's ranks are those of the binomial distribution")
  func interval() {
    // For 100 rounds, the 40th of the sorted ratios from below and from above: P(40 ≤ X ≤ 60) is 0.96.
    let hundred = turns((1...100).map { 1 + Double($0) / 1000 }).interval
    #expect(abs(hundred.low - 1.040) < 1e-9 && abs(hundred.high - 1.061) < 1e-9)
    let few = turns([1.1, 0.9, 1.0]).interval
    #expect(abs(few.low - 0.9) < 1e-9 && abs(few.high - 1.1) < 1e-9)
  }
}
