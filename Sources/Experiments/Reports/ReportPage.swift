import Archives
import Foundation
import Plots

/// One page about one or several runs, complete in itself: no other file is needed to see it, and no network.
///
///     let page = try ReportPage(folders: ReportedRun.folders(at: "runs/quickstart/…/seed0"), store: DataStore())
///     try page.write(to: "report.html")
///
/// Everything that comes from files is escaped; a policy in the page forbids whatever it does not itself contain. It
/// can be read without JavaScript, on paper, in the dark and aloud.
public struct ReportPage: Sendable {
  /// The page.
  public let html: String

  /// What is missing, damaged or odd about the runs, one sentence each.
  public let problems: [String]

  /// A page about the runs in those folders; throws if one of them holds no run.
  ///
  /// Pictures are shown of those sets that `store` has, none without a store. Feature tables are read one run at a
  /// time. `progress` is called with the folder of each run before its turn.
  public init(folders: [RunFolder], store: DataStore?, progress: (String) -> Void = { _ in }) throws {
    precondition(!folders.isEmpty, "a report is about at least one run")
    let experiments = ReportExperiment.grouped(try folders.map { try ReportedRun($0) })
    var problems: [String] = []
    var sections: [(section: HTML, links: HTML)] = []
    let isSingle = experiments.count == 1
    for (index, experiment) in experiments.enumerated() {
      let section = ReportSection(experiment, id: "x\(index + 1)", level: isSingle ? 1 : 2, store: store)
      let made = section.made(&problems, progress)
      sections.append((made.content, made.links))
    }
    let overview = OverviewPart(experiments: experiments, links: experiments.indices.map { "x\($0 + 1)" })
    self.problems = problems
    let title =
      isSingle
      ? "\(experiments[0].name), \(experiments[0].seeds)"
      : "\(experiments.count) experiments: " + experiments.map(\.name).joined(separator: ", ")
    let place = ReportPlace(prefix: "page", level: 3)
    html = Self.document(
      title: title,
      navigation: HTML(.ul) {
        if !isSingle { HTML(.li) { HTML(.a, .link(to: "comparison")) { overview.title } } }
        for section in sections { section.links }
        HTML(.li) { HTML(.a, .link(to: "glossary")) { GlossaryPart().title } }
      },
      content: HTML(.main, .id("content")) {
        if !isSingle {
          HTML(.header) { HTML(.h1) { "\(experiments.count) experiments" } }
          HTML(.section, .id("comparison")) {
            HTML(.h2) { overview.title }
            overview.content(at: place)
          }
        }
        for section in sections { section.section }
        HTML(.section, .id("glossary")) {
          HTML(.h2) { GlossaryPart().title }
          GlossaryPart().content(at: place)
        }
        HTML(.footer) { "Made by Limen \(RunEnvironment.version)." }
      })
  }

  /// Writes the page; throws a `FileError` if it cannot be written.
  public func write(to path: String) throws { try AtomicFile.write(html, to: path) }

  /// Where the page of those runs lies unless told: in the folder of the one run, or of all seeds, else in the working
  /// directory.
  public static func defaultPath(of folders: [RunFolder]) -> String {
    if folders.count == 1 { return "\(folders[0].path)/report.html" }
    let parents = Set(
      folders.map { URL(fileURLWithPath: $0.path).standardizedFileURL.deletingLastPathComponent().path })
    guard parents.count == 1, let first = folders.first else { return "report.html" }
    let path = first.path.hasSuffix("/") ? String(first.path.dropLast()) : first.path
    guard let slash = path.lastIndex(of: "/") else { return "report.html" }
    return "\(path[..<slash])/report.html"
  }

  private static func document(title: String, navigation: HTML, content: HTML) -> String {
    let policy =
      "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src '\(ReportScript.hash)'; "
      + "base-uri 'none'; form-action 'none'"
    let body = HTML(.div, .class("page")) {
      HTML(.a, .class("skip"), .link(to: "content")) { "To the content" }
      HTML(.nav, .label("Sections")) {
        HTML(.p, .class("brand")) { "Limen" }
        HTML(
          .button, HTML.Attribute("type", "button"), .id("theme"), HTML.Attribute("aria-pressed", "false"),
          .isHidden
        ) { "Dark" }
        navigation
      }
      content
    }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8"/>
      <meta http-equiv="Content-Security-Policy" content="\(policy)"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta name="color-scheme" content="light dark"/>
      <meta name="generator" content="Limen \(RunEnvironment.version)"/>
      <title>\(HTML(title).markup)</title>
      <link rel="icon" href="data:,"/>
      <style>
      \(ReportStyle.sheet)
      </style>
      </head>
      <body>
      \(body.markup)<script>\(ReportScript.text)</script>
      </body>
      </html>

      """
  }
}
