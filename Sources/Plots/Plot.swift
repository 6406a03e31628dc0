/// A picture of lines over two axes, as a self-contained SVG document.
///
///     let svg = Plot("ROC", x: PlotAxis("false positive rate", range: 0...1),
///                    y: PlotAxis("true positive rate", range: 0...1), [PlotSeries("energy", points)]).svg
///
/// The same plot gives the same bytes. Text stays text, so that it can be searched and read aloud; colours follow the
/// reader's preference for dark or light; names are escaped. Long lines are thinned to what the width can show.
public struct Plot: Sendable, Equatable {
  /// The heading.
  public let title: String

  /// The axis to the right.
  public let x: PlotAxis

  /// The axis upwards.
  public let y: PlotAxis

  /// The lines, drawn in order; beyond the eighth colours repeat.
  public let series: [PlotSeries]

  /// Width in pixels.
  public let width: Int

  /// Height in pixels, without what a long legend adds.
  public let height: Int

  /// A plot of those lines, at least 160 × 120 pixels.
  public init(
    _ title: String, x: PlotAxis, y: PlotAxis, _ series: [PlotSeries], width: Int = 640, height: Int = 420
  ) {
    precondition(
      width >= 160 && height >= 120, "a plot is at least 160 × 120 pixels, got \(width) × \(height)")
    self.title = title
    self.x = x
    self.y = y
    self.series = series
    self.width = width
    self.height = height
  }

  /// The SVG document.
  public var svg: String { PlotDrawing(self).document }

  /// The element `<svg>` alone, to be put into a page of HTML.
  public var element: String { PlotDrawing(self).element }

  /// The element `<svg>` without a style sheet, for a page that has `PlotTheme.styleSheet` once for all its plots.
  ///
  /// `identifier`, letters, digits and hyphens, is what the plot's frame is called; no other plot of the page may share
  /// it.
  package func element(identifier: String) -> String { PlotDrawing(self).element(identifier: identifier) }
}
