/// Colours and type of all plots, as the style sheet inside the SVG.
///
/// Light is the default and what is printed; where the reader prefers dark, the custom properties change. The eight
/// colours are those of Okabe and Ito (*Color Universal Design*, 2008), which people who see few colours can tell
/// apart, with yellow darkened on light ground; lines differ in their dashes too.
package enum PlotTheme {
  /// The colours of lines, in the order of the series.
  package static let light = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b08a00", "#56b4e9", "#8a4b08", "#5d5d5d",
  ]

  /// The same on dark ground, each at least three times as bright as the ground.
  package static let dark = [
    "#56a9e8", "#ff8c42", "#2fc79b", "#e79cc4", "#f0e442", "#8fd0f5", "#d19a66", "#b8b8b8",
  ]

  /// The dashes of lines, in the order of the series; "none" is solid.
  package static let dashes = ["none", "8 3", "2 3", "10 3 2 3", "5 3", "14 3", "8 3", "2 3"]

  /// The colours of text, of the lines of the grid and of the ground on light ground.
  package static let (ink, faint, ground) = ("#1f2328", "#d8dee4", "#ffffff")

  /// The same on dark ground.
  package static let (darkInk, darkFaint, darkGround) = ("#e6e8eb", "#3a414b", "#14171c")

  /// The custom properties of light ground, for a rule of CSS.
  package static var lightProperties: String { properties(light, ground: ground, ink: ink, faint: faint) }

  /// The custom properties of dark ground.
  package static var darkProperties: String {
    properties(dark, ground: darkGround, ink: darkInk, faint: darkFaint)
  }

  private static func properties(_ colours: [String], ground: String, ink: String, faint: String) -> String {
    let series = colours.enumerated().map { "--c\($0): \($1);" }.joined(separator: " ")
    return "--ground: \(ground); --ink: \(ink); --faint: \(faint); \(series)"
  }

  /// The style sheet, every line indented.
  ///
  /// It only recolours: programs that know no custom properties draw the light colours, which stand on the elements.
  package static var styleSheet: String {
    let series = light.indices.map {
      "    .plot .s\($0) { stroke: var(--c\($0)); } .plot .f\($0) { fill: var(--c\($0)); }"
    }
    return """
          svg.plot { \(lightProperties) }
          @media screen and (prefers-color-scheme: dark) { svg.plot { \(darkProperties) } }
          .plot text { fill: var(--ink); }
          .plot .ground { fill: var(--ground); }
          .plot .grid { stroke: var(--faint); }
          .plot .axis, .plot .reference { stroke: var(--ink); }

      """ + series.joined(separator: "\n")
  }
}
