import Archives
import Detection
import Foundation

/// How long and how active features are on each set, and how sure groups are that images are none of theirs.
struct RepresentationPart: ReportPart {
  let run: ReportedRun

  var title: String { "Representations" }
  var anchor: StaticString { "representations" }

  private var sets: [String] {
    [run.recipe.data.test.name] + (run.recipe.data.near + run.recipe.data.far).map(\.name)
  }

  func content(at place: ReportPlace) -> HTML? {
    let norms = run.results?.representation.map { normsTable($0) }
    let others = run.results?.othersProbability.map { othersTable($0) }
    guard norms != nil || others != nil else { return nil }
    return HTML(.div) {
      norms
      if norms != nil {
        ReportedPicture.svg(run.folder.normHistogram, alternative: "Norms of representations on every set")
      }
      others
    }
  }

  private func normsTable(_ results: RepresentationResults) -> HTML {
    var table = ReportTable(
      "Features by set", columns: ["set", "norm ± deviation", "share above 0", "gap", "ratio of gaps"])
    for set in sets {
      guard let figures = results.sets[set] else { continue }
      table.append(
        set,
        [
          "\(FigureText.decimals(figures.norm, 3)) ± \(FigureText.decimals(figures.normDeviation, 3))",
          FigureText.decimals(figures.activation, 4),
          FigureText.decimals(figures.normalizationGap ?? .nan, 4),
          FigureText.decimals(figures.gapRatio ?? .nan, 4),
        ])
    }
    return HTML(.div) {
      table.html
      HTML(.p, .class("note")) {
        "The gap is the distance of the mean input of the last batch normalisation from its running mean; the ratio is "
          + "the test set's gap by that of the set."
      }
    }
  }

  private func othersTable(_ results: [String: OthersProbability]) -> HTML {
    let count = results.values.map(\.groups.count).max() ?? 0
    var table = ReportTable(
      "Mean probability of “others”, by set",
      columns: ["set", "smallest of an image"] + (0..<count).map { "group \($0)" })
    for set in sets {
      guard let probability = results[set] else { continue }
      let missing = Array(repeating: Double.nan, count: count - probability.groups.count)
      table.append(
        set, ([probability.smallest] + probability.groups + missing).map { FigureText.decimals($0, 3) })
    }
    return table.html
  }
}
