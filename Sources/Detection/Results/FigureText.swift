import Foundation

/// Figures as all tables and reports write them.
package enum FigureText {
  /// What stands where there is no figure.
  package static let none = "–"

  /// With so many decimals and a minus sign where it is below 0, a dash for what is not finite.
  package static func decimals(_ value: Double, _ count: Int = 2) -> String {
    value.isFinite ? signed(value, "%.\(count)f", positive: "") : none
  }

  /// With so many significant digits, whatever the size; a dash for what is not finite.
  package static func significant(_ value: Double, _ count: Int = 4) -> String {
    value.isFinite ? signed(value, "%.\(count)g", positive: "") : none
  }

  /// A fraction in percent with two decimals.
  package static func percent(_ fraction: Double) -> String { decimals(fraction * 100) }

  /// A difference with its sign, and so many decimals.
  package static func difference(_ value: Double, _ count: Int = 2) -> String {
    value.isFinite ? signed(value, "%.\(count)f", positive: "+") : none
  }

  /// A difference of fractions in points of percent, with its sign.
  package static func points(_ difference: Double) -> String { Self.difference(difference * 100) }

  /// Nothing is below 0 of which only zeros are printed.
  private static func signed(_ value: Double, _ format: String, positive: String) -> String {
    let digits = String(format: format, abs(value))
    let isNegative = value < 0 && digits.contains { ("1"..."9").contains($0) }
    return (isNegative ? "−" : positive) + digits
  }

  /// "4.2 s", "45 s", "12 min 05 s", "3 h 20 min".
  package static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return none }
    if seconds < 9.95 { return String(format: "%.1f s", seconds) }
    let total = Int(seconds.rounded())
    return switch total {
    case ..<60: "\(total) s"
    case ..<3_600: String(format: "%d min %02d s", total / 60, total % 60)
    default: String(format: "%d h %02d min", total / 3_600, total % 3_600 / 60)
    }
  }
}
