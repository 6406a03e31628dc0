import Foundation

/// Where numbers of an axis lie and where it has ticks.
///
/// The distance of ticks is 1, 2 or 5 times a power of ten. Reference: Heckbert, *Nice numbers for graph labels*, in
/// Graphics Gems, 1990.
package struct AxisScale {
  /// The smallest number shown.
  package let lower: Double

  /// The largest number shown.
  package let upper: Double

  /// The numbers that have a tick, ascending.
  package let ticks: [Double]

  private let decimals: Int
  private let step: Double

  /// A scale with about `tickCount` ticks over exactly `range`, or over `values` widened to ticks.
  package init(range: ClosedRange<Double>?, values: [Double], tickCount: Int) {
    var (low, high) = range.map { ($0.lowerBound, $0.upperBound) } ?? Self.extent(values)
    if high - low <= 0 || !(high - low).isFinite { (low, high) = Self.widened(low) }
    step = Self.niceStep((high - low) / Double(max(tickCount, 1)))
    if range == nil {
      low = (low / step).rounded(.down) * step
      high = (high / step).rounded(.up) * step
    }
    lower = low
    upper = high
    // A rounding error beyond an end is still that end.
    let tolerance = step * 1e-9
    let first = ((low - tolerance) / step).rounded(.up)
    let last = ((high + tolerance) / step).rounded(.down)
    let step = step
    ticks = (0...max(0, Int(last - first))).map { (first + Double($0)) * step + 0 }
    decimals = max(0, Int((-log10(step)).rounded(.up) + 0))
  }

  /// The share of the axis below `value`, 0 at its lower end and 1 at its upper.
  package func share(_ value: Double) -> Double { (value - lower) / (upper - lower) }

  /// A tick's number as text, all of an axis with as many decimals.
  package func label(_ tick: Double) -> String {
    let largest = max(abs(lower), abs(upper))
    let text =
      largest >= 1e6 || largest < 1e-4
      ? String(format: "%.3g", tick) : String(format: "%.\(decimals)f", abs(tick) < step / 2 ? 0 : tick)
    // A minus sign is as wide as a plus, a hyphen is not.
    return text.hasPrefix("-") ? "−" + text.dropFirst() : text
  }

  private static func extent(_ values: [Double]) -> (Double, Double) {
    let finite = values.filter(\.isFinite)
    return (finite.min() ?? 0, finite.max() ?? 1)
  }

  /// A little room around a single number.
  private static func widened(_ value: Double) -> (Double, Double) {
    let room = max(abs(value) * 0.1, 0.5)
    return (value - room, value + room)
  }

  /// The nearest of 1, 2, 5 and 10 times a power of ten.
  package static func niceStep(_ step: Double) -> Double {
    let power = pow(10, log10(step).rounded(.down))
    let fraction = step / power
    return (fraction < 1.5 ? 1 : fraction < 3.5 ? 2 : fraction < 7.5 ? 5 : 10) * power
  }
}
