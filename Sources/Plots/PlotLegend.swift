/// The names of lines below a plot, each behind a piece of its line, in as many rows as they need.
struct PlotLegend {
  private struct Entry {
    let name: String
    let style: PlotSeries.Style
    let colour: Int
    let x: Double
    let row: Int
  }

  private let entries: [Entry]

  private static let rowHeight = 20.0
  private static let sample = 26.0

  /// The legend of `series` in rows of at most `width` pixels.
  init(_ series: [PlotSeries], width: Double) {
    var entries: [Entry] = []
    var (x, row, colour) = (0.0, 0, 0)
    for line in series where !line.name.isEmpty {
      // Type of 12 pixels is about 7 pixels a character, wide letters included.
      let length = Self.sample + 6 + 7 * Double(line.name.count) + 18
      if x > 0, x + length > width { (x, row) = (0, row + 1) }
      entries.append(Entry(name: line.name, style: line.style, colour: colour, x: x, row: row))
      x += length
      if line.style != .reference { colour += 1 }
    }
    self.entries = entries
  }

  /// How much it adds below the plot.
  var height: Double { entries.last.map { Double($0.row + 1) * Self.rowHeight + 8 } ?? 0 }

  /// The elements, the upper left corner at (`x`, `y`).
  func lines(x: Double, y: Double) -> [String] {
    entries.flatMap { entry in
      let left = x + entry.x
      let middle = y + (Double(entry.row) + 0.5) * Self.rowHeight
      let data =
        "M\(PlotDrawing.number(left)) \(PlotDrawing.number(middle))h\(PlotDrawing.number(Self.sample))"
      let line =
        entry.style == .reference
        ? "  <path \(Self.reference) d=\"\(data)\"/>" : "  <path \(Self.stroke(entry.colour)) d=\"\(data)\"/>"
      return [
        line,
        PlotDrawing.text(entry.name, x: left + Self.sample + 6, y: middle + 4, size: 12, anchor: "start"),
      ]
    }
  }

  /// The attributes of the line of that number, from 0.
  static func stroke(_ index: Int) -> String {
    let place = index % PlotTheme.light.count
    let dashes = PlotTheme.dashes[place]
    let dashed = dashes == "none" ? "" : " stroke-dasharray=\"\(dashes)\""
    return "class=\"line s\(place)\" fill=\"none\" stroke=\"\(PlotTheme.light[place])\" stroke-width=\"2\" "
      + "stroke-linejoin=\"round\"\(dashed)"
  }

  /// The attributes of the area under the line of that number.
  static func area(_ index: Int) -> String {
    let place = index % PlotTheme.light.count
    return "class=\"area f\(place)\" fill=\"\(PlotTheme.light[place])\" fill-opacity=\"0.14\""
  }

  /// The attributes of a point that is alone in the line of that number.
  static func dot(_ index: Int) -> String {
    let place = index % PlotTheme.light.count
    return "class=\"f\(place)\" fill=\"\(PlotTheme.light[place])\""
  }

  /// The attributes of a line that others are compared with.
  static let reference =
    "class=\"reference\" fill=\"none\" stroke=\"\(PlotTheme.ink)\" stroke-width=\"1\" stroke-dasharray=\"4 4\""
}
