import Plots

/// A part of a run's report: the curves of training, one score, the recipe.
///
/// A part that has nothing to tell of a run has no content, and the page neither heading nor link.
protocol ReportPart {
  /// The heading.
  var title: String { get }

  /// What links call it, letters and hyphens.
  var anchor: StaticString { get }

  /// What it says below its heading, nil if nothing.
  func content(at place: ReportPlace) -> HTML?
}

/// Where on a page something stands: whose it is, and how deep its headings are.
struct ReportPlace {
  /// What begins every identifier here, so that none occurs twice on a page.
  let prefix: String

  /// The level of the headings below it.
  let level: Int

  /// The same place under a further name.
  func below(_ name: String) -> ReportPlace { ReportPlace(prefix: "\(prefix)-\(name)", level: level) }

  /// A heading.
  func heading(_ text: String) -> HTML { HTML(.heading(level)) { text } }

  /// A plot in its frame; `name` is its own among those of this place.
  func plot(_ plot: Plot, _ name: String) -> HTML {
    HTML(.figure, .class("plot-frame")) {
      HTML(trusted: plot.element(identifier: "\(prefix)-\(name)"))
    }
  }
}
