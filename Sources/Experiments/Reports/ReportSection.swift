/// The part of a page that is about one experiment: a run, or the seeds of a recipe.
struct ReportSection {
  private let experiment: ReportExperiment
  private let id: String
  private let level: Int
  private let store: DataStore?

  /// A section whose heading is of that level; pictures are those of `store`.
  init(_ experiment: ReportExperiment, id: String, level: Int, store: DataStore?) {
    self.experiment = experiment
    self.id = id
    self.level = level
    self.store = store
  }

  /// The section and the links to its parts; what is wrong with the runs is told in it and added to `problems`.
  func made(_ problems: inout [String], _ progress: (String) -> Void) -> (content: HTML, links: HTML) {
    let isOne = experiment.runs.count == 1
    var links: [(id: String, title: String)] = []
    var body: [HTML] = []
    if isOne {
      body.append(parts(of: experiment.first, prefix: id, level: level + 1, &problems, &links, progress))
    } else {
      let common: [any ReportPart] = [
        SeedsPart(experiment: experiment), TrainingPart(runs: experiment.runs),
        DetectionCoursePart(runs: experiment.runs),
      ]
      body += common.compactMap { part($0, prefix: id, level: level + 1, &links) }
      for run in experiment.runs {
        let prefix = "\(id)-seed\(run.recipe.seed)"
        var own: [(id: String, title: String)] = []
        let content = parts(of: run, prefix: prefix, level: level + 2, &problems, &own, progress)
        links.append((prefix, "Seed \(run.recipe.seed)"))
        body.append(
          HTML(.details, .class("run"), .id(prefix)) {
            HTML(.summary) { HTML(.heading(level + 1)) { "Seed \(run.recipe.seed)" } }
            content
          })
      }
    }
    let content = HTML(.section, .class("experiment"), .id(id)) {
      HTML(.header) {
        HTML(.heading(level)) {
          experiment.name
          HTML(.span, .class("seeds")) { " " + experiment.seeds }
        }
        SummaryPart(experiment: experiment).html
      }
      for piece in body { piece }
    }
    let list = HTML(.li) {
      HTML(.a, .link(to: id)) { experiment.name }
      HTML(.ul) {
        for link in links { HTML(.li) { HTML(.a, .link(to: link.id)) { link.title } } }
      }
    }
    return (content, list)
  }

  /// Everything about one run.
  private func parts(
    of run: ReportedRun, prefix: String, level: Int, _ problems: inout [String],
    _ links: inout [(id: String, title: String)], _ progress: (String) -> Void
  ) -> HTML {
    progress(run.folder.path)
    var own = run.problems
    let material = ReportMaterial(run, store: store, problems: &own)
    problems += own.map { $0.hasPrefix(run.folder.path) ? $0 : "\(run.folder.path): \($0)" }
    let parts: [any ReportPart] = [
      TrainingPart(runs: [run]), DetectionCoursePart(runs: [run]), BeforePart(run: run),
      ScoresPart(material: material), LongTailPart(material: material),
      PicturesPart(material: material), ConfusionPart(material: material),
      CalibrationPart(material: material), RepresentationPart(run: run), AnalysesPart(run: run),
      RecipePart(run: run), EnvironmentPart(run: run), ProfilePart(run: run),
    ]
    let sections = parts.compactMap { part($0, prefix: prefix, level: level, &links) }
    return HTML(.div) {
      for problem in own { HTML(.p, .class("callout")) { sentence(problem) } }
      for note in run.results?.notes ?? [] { HTML(.p, .class("callout")) { sentence("Note: " + note) } }
      for section in sections { section }
    }
  }

  private func part(
    _ part: any ReportPart, prefix: String, level: Int, _ links: inout [(id: String, title: String)]
  ) -> HTML? {
    let id = "\(prefix)-\(part.anchor)"
    guard let content = part.content(at: ReportPlace(prefix: id, level: level + 1)) else { return nil }
    links.append((id, part.title))
    return HTML(.section, .id(id), .class("part")) {
      HTML(.heading(level)) { part.title }
      content
    }
  }

  private func sentence(_ text: String) -> String {
    (text.first.map { $0.isLetter ? text.prefix(1).uppercased() + text.dropFirst() : text } ?? text)
      + (text.hasSuffix(".") ? "" : ".")
  }
}
