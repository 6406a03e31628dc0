import Detection

/// Figures that only reports write.
enum ReportFigure {
  /// Percent over several runs, "85.31 ± 0.21", a dash if one is NaN; of one run the number alone.
  static func percent(over fractions: [Double]) -> String {
    let figure = MeanDeviation(fractions)
    guard figure.mean.isFinite, figure.count > 1 else { return FigureText.percent(figure.mean) }
    return "\(FigureText.percent(figure.mean)) ± \(FigureText.percent(figure.deviation))"
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
}
