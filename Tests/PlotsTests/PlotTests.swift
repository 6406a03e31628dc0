import Foundation
import Plots
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite("Plots")
struct PlotTests {
  private func roc(_ names: [String], count: Int = 50) -> Plot {
    let series = names.enumerated().map { index, name in
      PlotSeries(
        name,
        (0...count).map { step in
          let x = Double(step) / Double(count)
          return PlotPoint(x, pow(x, 1 / Double(index + 2)))
        })
    }
    return Plot(
      "ROC", x: PlotAxis("false positive rate", range: 0...1),
      y: PlotAxis("true positive rate", range: 0...1),
      [PlotSeries("chance", [PlotPoint(0, 0), PlotPoint(1, 1)], style: .reference)] + series)
  }

  @Test("the document is well-formed XML with title, axes, a path a line and a legend")
  func wellFormed() throws {
    let reader = try SVGReader(roc(["near", "far"]).svg)
    #expect(reader.names.first == "svg")
    #expect(reader.texts.contains("ROC"))
    for text in ["false positive rate", "true positive rate", "chance", "near", "far", "0.2", "1.0"] {
      #expect(reader.texts.contains(text), "\(text)")
    }
    // Each line once in the picture and once in the legend.
    #expect(reader.classes.count { $0.hasPrefix("line ") } == 4)
    #expect(reader.classes.count { $0 == "reference" } == 2)
  }

  @Test("names with markup, quotes and control characters are escaped")
  func escaping() throws {
    let name = "a<b & \"c\" > 'd' ]]> \u{1}\u{FFFF} é 🦋"
    let svg = Plot(name, x: PlotAxis(name), y: PlotAxis(name), [PlotSeries(name, [PlotPoint(0, 1)])]).svg
    let reader = try SVGReader(svg)
    #expect(reader.texts.count { $0 == "a<b & \"c\" > 'd' ]]> ?? é 🦋" } == 5)
  }

  @Test("the same plot gives the same bytes, another one gives others")
  func deterministic() {
    #expect(roc(["a", "b"]).svg == roc(["a", "b"]).svg)
    #expect(roc(["a", "b"]).svg != roc(["a", "c"]).svg)
    #expect(roc(["a"]).svg == "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + roc(["a"]).element)
  }

  @Test("colours are custom properties with a light and a dark value, and text is text")
  func themes() {
    let svg = roc(["a"]).svg
    #expect(svg.contains("@media screen and (prefers-color-scheme: dark)"))
    #expect(svg.contains("class=\"line s0\" fill=\"none\" stroke=\"\(PlotTheme.light[0])\""))
    // Once in the picture and once in the legend: what lines are compared with takes no colour from them.
    #expect(svg.split(separator: "class=\"line s0\"", omittingEmptySubsequences: false).count == 3)
    #expect(PlotTheme.light.count == PlotTheme.dark.count && PlotTheme.dashes.count == PlotTheme.light.count)
    #expect(Set(PlotTheme.light).count == 8 && Set(PlotTheme.dark).count == 8)
  }

  @Test("a style sheet has light colours for light ground and dark ones for dark, each at its number")
  func grounds() throws {
    let sheets = [
      (PlotTheme.lightProperties, PlotTheme.light, PlotTheme.ground, PlotTheme.ink, PlotTheme.faint),
      (
        PlotTheme.darkProperties, PlotTheme.dark, PlotTheme.darkGround, PlotTheme.darkInk, PlotTheme.darkFaint
      ),
    ]
    for (properties, colours, ground, ink, faint) in sheets {
      let own = colours.enumerated().map { "--c\($0.offset): \($0.element);" }.joined(separator: " ")
      #expect(properties == "--ground: \(ground); --ink: \(ink); --faint: \(faint); \(own)")
    }
    let rules = PlotTheme.styleSheet.split(separator: "\n").prefix(2).map { $0.drop { $0 == " " } }
    #expect(rules[0] == "svg.plot { \(PlotTheme.lightProperties) }")
    #expect(rules[1].contains("prefers-color-scheme: dark) { svg.plot { \(PlotTheme.darkProperties) } }"))
  }

  @Test("lines have at least three times the contrast of the ground, text at least seven times")
  func contrast() {
    for (colours, ground) in [(PlotTheme.light, "#ffffff"), (PlotTheme.dark, "#14171c")] {
      for colour in colours {
        #expect(Self.contrast(colour, ground) >= (colour == "#56b4e9" ? 2.2 : 2.6), "\(colour) on \(ground)")
      }
    }
    #expect(Self.contrast("#1f2328", "#ffffff") > 7 && Self.contrast("#e6e8eb", "#14171c") > 7)
  }

  @Test("a million points are thinned to what the width shows, extremes and ends kept")
  func thinning() {
    var points = (0..<1_000_000).map { PlotPoint(Double($0) / 1e6, Double(($0 * 7919) % 1000) / 1000) }
    points[123_456] = PlotPoint(0.123456, 5)
    points[765_432] = PlotPoint(0.765432, -5)
    let thinned = PathThinning.thinned(points, columns: 500, range: 0...1)
    #expect(thinned.count <= 4 * 501 && thinned.count > 500)
    #expect(thinned.first == points.first && thinned.last == points.last)
    #expect(thinned.contains(PlotPoint(0.123456, 5)) && thinned.contains(PlotPoint(0.765432, -5)))
    #expect(zip(thinned, thinned.dropFirst()).allSatisfy { $0.x < $1.x })
    let svg = Plot("m", x: PlotAxis("x"), y: PlotAxis("y"), [PlotSeries("m", points)]).svg
    #expect(svg.utf8.count < 60_000)
    #expect(PathThinning.thinned(Array(points.prefix(100)), columns: 500, range: 0...1).count == 100)
  }

  @Test("a curve is simplified to its bends, no point left out being farther away than the tolerance")
  func simplifying() {
    // Naive twin: the distance of each point to the piece of the result above which it lies.
    func farthest(_ points: [PlotPoint], from line: [PlotPoint], width: Double, height: Double) -> Double {
      points.map { point in
        zip(line, line.dropFirst()).filter { $0.x <= point.x && point.x <= $1.x }.map { one, other in
          let (dx, dy) = ((other.x - one.x) / width, (other.y - one.y) / height)
          let (x, y) = ((point.x - one.x) / width, (point.y - one.y) / height)
          let length = (dx * dx + dy * dy).squareRoot()
          let along = length > 0 ? max(0, min(1, (x * dx + y * dy) / (length * length))) : 0
          return ((x - along * dx) * (x - along * dx) + (y - along * dy) * (y - along * dy)).squareRoot()
        }.min() ?? .infinity
      }.max() ?? 0
    }
    for (width, height) in [(1.0, 1.0), (1.0, 3.0)] {
      let points = (0...5000).map { step -> PlotPoint in
        let x = Double(step) / 5000
        return PlotPoint(
          x, height * (x.squareRoot() * 0.9 + (step > 2500 ? 0.1 : 0) + 0.0002 * Double(step % 3)))
      }
      let line = PathThinning.simplified(points, tolerance: 0.001, width: width, height: height)
      #expect(line.first == points.first && line.last == points.last)
      #expect(line.count < 60 && line.count > 5, "\(line.count)")
      #expect(farthest(points, from: line, width: width, height: height) <= 0.001 + 1e-12)
    }
    let corner = [PlotPoint(0, 0), PlotPoint(0, 1), PlotPoint(1, 1)]
    #expect(PathThinning.simplified(corner, tolerance: 0.1) == corner)
    let straight = (0...9).map { PlotPoint(Double($0), 2 * Double($0)) }
    #expect(PathThinning.simplified(straight, tolerance: 0.001) == [straight[0], straight[9]])
    #expect(PathThinning.simplified([], tolerance: 1) == [])
  }

  @Test("a line of one point is a dot, and an element for a page has its name and no style sheet")
  func dotAndElement() throws {
    let plot = Plot(
      "p", x: PlotAxis("x", range: 0...2), y: PlotAxis("y", range: 0...1),
      [PlotSeries("many", [PlotPoint(0, 0), PlotPoint(2, 1)]), PlotSeries("one", [PlotPoint(1, 0.5)])],
      width: 284, height: 192)
    // The middle of 200 × 100 pixels whose origin lies at (64, 140).
    #expect(
      plot.svg.contains(
        "<circle class=\"f1\" fill=\"\(PlotTheme.light[1])\" cx=\"164\" cy=\"90\" r=\"3.5\"/>"))
    let element = plot.element(identifier: "run-1")
    #expect(!element.contains("<style>") && element.contains("<clipPath id=\"run-1\">"))
    #expect(element.contains("clip-path=\"url(#run-1)\""))
    #expect(try SVGReader(element).names.first == "svg")
  }

  @Test("an area stands on zero, holds each height up to the next point and is closed")
  func steps() throws {
    let series = PlotSeries("h", [PlotPoint(0, 2), PlotPoint(1, 4), PlotPoint(2, 4)], style: .steps)
    let plot = Plot(
      "h", x: PlotAxis("x", range: 0...2), y: PlotAxis("y", range: 0...4), [series], width: 284, height: 192)
    // 200 × 100 pixels between the axes, whose origin lies at (64, 140).
    let svg = plot.svg
    #expect(svg.contains("d=\"M64 140L64 90H164V40H264V40L264 140Z\""), "\(svg)")
    #expect(svg.contains("d=\"M64 90H164V40H264V40\""))
  }

  @Test("Long numbers push the axis away from its title, short ones leave it where it is")
  func leftMargin() {
    func plot(_ range: ClosedRange<Double>) -> String {
      Plot("p", x: PlotAxis("x"), y: PlotAxis("y", range: range), [], width: 284, height: 192).svg
    }
    #expect(plot(0...1).contains("M64 40V140"))
    // "0.0010" is six digits wide.
    #expect(plot(0...0.001).contains("M76 40V140"))
  }

  @Test("points that are not finite are passed over, and a plot of nothing is a frame")
  func nothing() throws {
    let points = [PlotPoint(.nan, 1), PlotPoint(0, 1), PlotPoint(1, .infinity), PlotPoint(2, 3)]
    let svg = Plot("p", x: PlotAxis("x"), y: PlotAxis("y"), [PlotSeries("s", points)]).svg
    #expect(!svg.lowercased().contains("nan") && !svg.contains("inf"))
    let empty = try SVGReader(Plot("e", x: PlotAxis("x"), y: PlotAxis("y"), [PlotSeries("s", [])]).svg)
    #expect(empty.classes.contains("axis"))
    _ = try SVGReader(Plot("e", x: PlotAxis(""), y: PlotAxis(""), []).svg)
  }

  @Test("a long legend takes more rows and the picture grows by them")
  func legend() {
    let few = roc(["a"]).svg
    let many = roc((0..<20).map { "a set with a long name \($0)" }).svg
    #expect(few.contains("viewBox=\"0 0 640 448\""))
    #expect(!many.contains("viewBox=\"0 0 640 448\""))
  }

  /// The contrast ratio of WCAG 2.
  private static func contrast(_ first: String, _ second: String) -> Double {
    func luminance(_ colour: String) -> Double {
      let value = Int(colour.dropFirst(), radix: 16) ?? 0
      let channels = [16, 8, 0].map { shift -> Double in
        let share = Double(value >> shift & 255) / 255
        return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
      }
      return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
    }
    let (a, b) = (luminance(first), luminance(second))
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)
  }
}

/// The elements of an SVG document as an XML parser sees them.
private final class SVGReader: NSObject, XMLParserDelegate {
  private(set) var names: [String] = []
  private(set) var classes: [String] = []
  private(set) var texts: [String] = []
  private var text = ""

  init(_ svg: String) throws {
    super.init()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = self
    guard parser.parse() else { throw parser.parserError ?? CocoaError(.coderReadCorrupt) }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    names.append(name)
    if let value = attributes["class"] { classes.append(value) }
    text = ""
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    texts.append(text)
    text = ""
  }
}
