import Foundation
import Plots
import Testing

@Suite("Axes")
struct AxisScaleTests {
  @Test("ticks stand at 1, 2 or 5 times a power of ten, and with as many decimals as that needs")
  func nice() {
    for (raw, nice) in [(1.2, 1.0), (1.7, 2), (4, 5), (8, 10), (0.0123, 0.01), (0.034, 0.02), (340, 200)] {
      #expect(abs(AxisScale.niceStep(raw) - nice) < 1e-12 * nice, "\(raw)")
    }
    let unit = AxisScale(range: 0...1, values: [], tickCount: 5)
    #expect(unit.ticks.map(unit.label) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    let wide = AxisScale(range: nil, values: [-3.2, 17.9], tickCount: 5)
    #expect(wide.lower == -5 && wide.upper == 20)
    #expect(wide.ticks.map(wide.label) == ["−5", "0", "5", "10", "15", "20"])
    #expect(wide.share(-5) == 0 && wide.share(20) == 1 && wide.share(7.5) == 0.5)
  }

  @Test("one value, no value and values that are not finite still have an axis")
  func degenerate() {
    for values in [[], [3.0], [0, 0], [.nan, .infinity], [1e-300, 1e-300], [-1e12, 1e12]] {
      let scale = AxisScale(range: nil, values: values, tickCount: 6)
      #expect(scale.lower < scale.upper, "\(values)")
      #expect((2...20).contains(scale.ticks.count), "\(values): \(scale.ticks)")
      #expect(scale.ticks.allSatisfy { scale.share($0) > -1e-6 && scale.share($0) < 1 + 1e-6 })
    }
  }
}
