import Foundation

/// Draws a plot: margins, grid, lines, legend.
struct PlotDrawing {
  private let plot: Plot
  private let horizontal: AxisScale
  private let vertical: AxisScale
  private let series: [PlotSeries]
  private let legend: PlotLegend

  private let left: Double
  private let right = 20.0
  private let top = 40.0
  private let bottom = 52.0

  init(_ plot: Plot) {
    self.plot = plot
    series = plot.series.map { line in
      PlotSeries(line.name, line.points.filter { $0.x.isFinite && $0.y.isFinite }, style: line.style)
    }
    let points = series.flatMap(\.points)
    let hasArea = series.contains { $0.style == .steps }
    horizontal = AxisScale(range: plot.x.range, values: points.map(\.x), tickCount: max(2, plot.width / 90))
    // An area stands on 0, whatever is above.
    let vertical = AxisScale(
      range: plot.y.range, values: points.map(\.y) + (hasArea ? [0] : []), tickCount: max(2, plot.height / 70)
    )
    self.vertical = vertical
    // Room for the longest number beside the title; type of 12 pixels is about 7 pixels a digit.
    left = max(64, 34 + 7 * Double(vertical.ticks.map { vertical.label($0).count }.max() ?? 0))
    legend = PlotLegend(series, width: Double(plot.width) - left - right)
  }

  /// A name for the frame that no other plot on a page has, unless it looks the same.
  private var frameName: String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    let names = [plot.title, plot.x.title, plot.y.title, "\(plot.width)x\(plot.height)"] + series.map(\.name)
    for byte in names.joined(separator: "\u{1F}").utf8 { hash = (hash ^ UInt64(byte)) &* 0x0100_0000_01B3 }
    return "frame-" + String(hash, radix: 16)
  }

  /// With the header of a file of its own.
  var document: String { "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + element }

  /// With a style sheet of its own, and a frame called after what is drawn.
  var element: String { element(frameName, style: ["  <style>\n\(PlotTheme.styleSheet)\n  </style>"]) }

  /// Without a style sheet.
  func element(identifier: String) -> String { element(identifier, style: []) }

  private func element(_ frameName: String, style: [String]) -> String {
    let height = Double(plot.height) + legend.height
    let size = "width=\"\(plot.width)\" height=\"\(Self.number(height))\""
    let box = "viewBox=\"0 0 \(plot.width) \(Self.number(height))\""
    let type = "font-family=\"system-ui, Helvetica Neue, Arial, sans-serif\" fill=\"\(PlotTheme.ink)\""
    let lines =
      [
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"plot\" role=\"img\" \(size) \(box) \(type)>",
        "  <title>\(Self.escaped(plot.title))</title>",
      ] + style + [
        "  <rect class=\"ground\" fill=\"\(PlotTheme.ground)\" width=\"100%\" height=\"100%\"/>",
        Self.text(plot.title, x: Double(plot.width) / 2, y: 24, size: 15, anchor: "middle", weight: "600"),
      ] + grid + paths(frameName) + frame + legend.lines(x: left, y: Double(plot.height) + 4)
    return (lines + ["</svg>"]).joined(separator: "\n") + "\n"
  }

  private var area: (left: Double, right: Double, top: Double, bottom: Double) {
    (left, Double(plot.width) - right, top, Double(plot.height) - bottom)
  }

  private func place(_ point: PlotPoint) -> (x: Double, y: Double) {
    (
      area.left + horizontal.share(point.x) * (area.right - area.left),
      area.bottom - vertical.share(point.y) * (area.bottom - area.top)
    )
  }

  /// Lines at the ticks and their numbers.
  private var grid: [String] {
    var lines: [String] = []
    for tick in horizontal.ticks {
      let x = place(PlotPoint(tick, vertical.lower)).x
      lines.append(
        Self.path(
          "M\(Self.number(x)) \(Self.number(area.top))V\(Self.number(area.bottom))",
          Self.thin("grid", PlotTheme.faint)))
      lines.append(Self.text(horizontal.label(tick), x: x, y: area.bottom + 17, size: 12, anchor: "middle"))
    }
    for tick in vertical.ticks {
      let y = place(PlotPoint(horizontal.lower, tick)).y
      lines.append(
        Self.path(
          "M\(Self.number(area.left)) \(Self.number(y))H\(Self.number(area.right))",
          Self.thin("grid", PlotTheme.faint)))
      lines.append(Self.text(vertical.label(tick), x: area.left - 8, y: y + 4, size: 12, anchor: "end"))
    }
    return lines
  }

  /// The two axes and their titles.
  private var frame: [String] {
    let middle = (area.top + area.bottom) / 2
    return [
      Self.path(
        "M\(Self.number(area.left)) \(Self.number(area.top))V\(Self.number(area.bottom))H\(Self.number(area.right))",
        Self.thin("axis", PlotTheme.ink)),
      Self.text(
        plot.x.title, x: (area.left + area.right) / 2, y: area.bottom + 38, size: 13, anchor: "middle"),
      Self.text(plot.y.title, x: 16, y: middle, size: 13, anchor: "middle", turned: true),
    ]
  }

  /// The lines, cut off at the frame.
  private func paths(_ frameName: String) -> [String] {
    let frame = area
    let clip =
      "  <clipPath id=\"\(frameName)\"><rect x=\"\(Self.number(frame.left))\" y=\"\(Self.number(frame.top - 1))\" "
      + "width=\"\(Self.number(frame.right - frame.left))\" "
      + "height=\"\(Self.number(frame.bottom - frame.top + 2))\"/></clipPath>"
    var lines = [clip, "  <g clip-path=\"url(#\(frameName))\">"]
    var colour = 0
    for line in series {
      guard line.style != .reference else {
        if !line.points.isEmpty { lines.append(Self.path(data(line.points), PlotLegend.reference)) }
        continue
      }
      if !line.points.isEmpty { lines += drawn(line, colour) }
      colour += 1
    }
    return lines + ["  </g>"]
  }

  private func drawn(_ line: PlotSeries, _ colour: Int) -> [String] {
    let range = min(horizontal.lower, horizontal.upper)...max(horizontal.lower, horizontal.upper)
    let columns = max(1, Int(area.right - area.left))
    let points = PathThinning.thinned(line.points, columns: columns, range: range)
    let stroke = PlotLegend.stroke(colour)
    // A single point has no length to be stroked.
    if points.count == 1, line.style == .line { return [dot(points[0], colour)] }
    guard line.style == .steps else { return [Self.path(data(points), stroke)] }
    let outline = data(points, steps: true)
    let (first, last) = (place(points[0]).x, place(points[points.count - 1]).x)
    let floor = Self.number(place(PlotPoint(horizontal.lower, max(0, vertical.lower))).y)
    let closed = "M\(Self.number(first)) \(floor)L" + outline.dropFirst() + "L\(Self.number(last)) \(floor)Z"
    return [
      Self.path(closed, PlotLegend.area(colour)),
      Self.path(outline, stroke),
    ]
  }

  private func dot(_ point: PlotPoint, _ colour: Int) -> String {
    let (x, y) = place(point)
    return "  <circle \(PlotLegend.dot(colour)) cx=\"\(Self.number(x))\" cy=\"\(Self.number(y))\" r=\"3.5\"/>"
  }

  /// The path through points; a point that would be drawn where the one before it is, is left out.
  private func data(_ points: [PlotPoint], steps: Bool = false) -> String {
    var text = ""
    var last = ("", "")
    for (index, point) in points.enumerated() {
      let (x, y) = place(point)
      let next = (Self.number(x), Self.number(y))
      guard next != last else { continue }
      if index == 0 {
        text += "M\(next.0) \(next.1)"
      } else if steps {
        text += "H\(next.0)V\(next.1)"
      } else {
        text += "L\(next.0) \(next.1)"
      }
      last = next
    }
    return text
  }

  private static func path(_ data: String, _ attributes: String) -> String {
    "  <path \(attributes) d=\"\(data)\"/>"
  }

  /// The attributes of thin lines of a class.
  private static func thin(_ name: String, _ colour: String) -> String {
    "class=\"\(name)\" fill=\"none\" stroke=\"\(colour)\""
  }

  static func text(
    _ text: String, x: Double, y: Double, size: Int, anchor: String, weight: String? = nil,
    turned: Bool = false
  ) -> String {
    let place = "x=\"\(number(x))\" y=\"\(number(y))\""
    let turn = turned ? " transform=\"rotate(-90 \(number(x)) \(number(y)))\"" : ""
    let bold = weight.map { " font-weight=\"\($0)\"" } ?? ""
    return
      "  <text \(place) font-size=\"\(size)\" text-anchor=\"\(anchor)\"\(bold)\(turn)>\(escaped(text))</text>"
  }

  /// A length with at most two decimals: a hundredth of a pixel is not seen.
  static func number(_ value: Double) -> String {
    let hundredths = Int((min(max(value, -1e6), 1e6) * 100).rounded())
    let sign = hundredths < 0 ? "-" : ""
    let (whole, rest) = (abs(hundredths) / 100, abs(hundredths) % 100)
    if rest == 0 { return "\(sign)\(whole)" }
    return rest % 10 == 0 ? "\(sign)\(whole).\(rest / 10)" : "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
  }

  /// Text as XML has it; characters that XML cannot hold become a question mark.
  static func escaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\t", "\n", "\r": result += " "
      case "\u{0}"..<" ", "\u{FFFE}", "\u{FFFF}": result += "?"
      default: result.unicodeScalars.append(scalar)
      }
    }
  }
}
