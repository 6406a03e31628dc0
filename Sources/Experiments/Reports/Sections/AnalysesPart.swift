import Detection
import Foundation

/// What the recipe's analyses found: their figures, and the pictures in the run's folder.
struct AnalysesPart: ReportPart {
  let run: ReportedRun

  var title: String { "Analyses" }
  var anchor: StaticString { "analyses" }

  /// Longer lists are told by their length; the file in the run's folder has them whole.
  private static let longestList = 60

  func content(at place: ReportPlace) -> HTML? {
    guard let analyses = run.results?.analyses, !analyses.isEmpty else { return nil }
    return HTML(.div) {
      for (name, figure) in analyses.sorted(by: { $0.key < $1.key }) {
        HTML(.div, .class("analysis")) {
          place.heading(name)
          ReportedPicture.svg(
            "\(run.folder.analyses)/\(name).svg", alternative: "The analysis \(name) as a picture")
          HTML(.details, .class("quiet")) {
            HTML(.summary) { "Figures of \(name)" }
            Self.html(of: figure, name)
          }
        }
      }
    }
  }

  /// Figures as a table where they are as regular as one, else as names and values.
  static func html(of figure: AnalysisFigure, _ name: String) -> HTML {
    switch figure {
    case .map(let members):
      let rows = members.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
      return table(rows, name)
        ?? HTML(.dl, .class("figures")) {
          for (key, value) in rows {
            HTML(.dt) { key }
            HTML(.dd) { html(of: value, key) }
          }
        }
    case .list(let elements):
      let rows = elements.enumerated().map { (String($0.offset + 1), $0.element) }
      if let table = table(rows, name) { return table }
      guard elements.count <= longestList else { return HTML("\(elements.count) values") }
      return HTML(elements.map(word).joined(separator: ", "))
    default: return HTML(word(figure))
    }
  }

  /// A row for each element, if all are maps of single figures under the same names.
  private static func table(_ rows: [(name: String, figure: AnalysisFigure)], _ name: String) -> HTML? {
    guard case .map(let first)? = rows.first?.figure, !first.isEmpty else { return nil }
    let columns = first.keys.sorted()
    var table = ReportTable(name, columns: [""] + columns)
    for row in rows {
      guard case .map(let members) = row.figure, members.keys.sorted() == columns,
        members.values.allSatisfy(isSingle)
      else { return nil }
      table.append(row.name, columns.map { members[$0].map(word) ?? FigureText.none })
    }
    return table.html
  }

  private static func isSingle(_ figure: AnalysisFigure) -> Bool {
    switch figure {
    case .number, .text: true
    case .list(let elements): elements.count <= longestList && elements.allSatisfy(isSingle)
    case .map: false
    }
  }

  private static func word(_ figure: AnalysisFigure) -> String {
    switch figure {
    case .number(let value): FigureText.significant(value)
    case .text(let text): text
    case .list(let elements): elements.map(word).joined(separator: ", ")
    case .map(let members):
      members.sorted { $0.key < $1.key }.map { "\($0.key): \(word($0.value))" }.joined(separator: ", ")
    }
  }
}
