import Detection
import Foundation

/// Numbers as reports write them.
enum ReportFigure {
  /// What stands where there is no number.
  static let none = "–"

  /// A fraction in percent with two decimals, a dash for NaN.
  static func percent(_ fraction: Double) -> String { decimals(fraction * 100, 2) }

  /// Percent over several runs, "85.31 ± 0.21", a dash if one is NaN; of one run the number alone.
  static func percent(over fractions: [Double]) -> String {
    let figure = MeanDeviation(fractions)
    guard figure.mean.isFinite else { return none }
    guard figure.count > 1 else { return percent(figure.mean) }
    return "\(percent(figure.mean)) ± \(percent(figure.deviation))"
  }

  /// With so many decimals, a dash for what is not finite.
  static func decimals(_ value: Double, _ count: Int) -> String {
    value.isFinite ? signed(String(format: "%.\(count)f", value)) : none
  }

  /// With four significant digits, whatever the size.
  static func short(_ value: Double) -> String {
    value.isFinite ? signed(String(format: "%.4g", value)) : none
  }

  /// A change in points of percent, with its sign.
  static func change(_ difference: Double) -> String {
    difference.isFinite ? signed(String(format: "%+.2f", difference * 100)) : none
  }

  /// A whole number with its thousands parted.
  static func count(_ value: Int) -> String {
    let digits = String(value.magnitude)
    var text = ""
    for (index, digit) in digits.enumerated() {
      // A narrow space that no line breaks at.
      if index > 0, (digits.count - index).isMultiple(of: 3) { text += "\u{202F}" }
      text.append(digit)
    }
    return value < 0 ? "−" + text : text
  }

  /// "45 s", "12 min 05 s", "3 h 20 min".
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return none }
    if seconds < 9.95 { return String(format: "%.1f s", seconds) }
    let total = Int(seconds.rounded())
    switch total {
    case ..<60: return "\(total) s"
    case ..<3_600: return String(format: "%d min %02d s", total / 60, total % 60)
    default: return String(format: "%d h %02d min", total / 3_600, total % 3_600 / 60)
    }
  }

  /// Bytes in the unit that fits.
  static func bytes(_ count: Int) -> String {
    switch count {
    case ..<1_024: "\(count) bytes"
    case ..<1_048_576: decimals(Double(count) / 1_024, 1) + " KiB"
    case ..<1_073_741_824: decimals(Double(count) / 1_048_576, 1) + " MiB"
    default: decimals(Double(count) / 1_073_741_824, 2) + " GiB"
    }
  }

  /// A hyphen before digits is a minus sign.
  private static func signed(_ text: String) -> String {
    text.hasPrefix("-") ? "−" + text.dropFirst() : text
  }
}
