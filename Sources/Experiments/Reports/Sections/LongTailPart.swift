import Detection

/// Accuracy and false positives by class and group of classes, where some classes have many images and others few.
struct LongTailPart: ReportPart {
  let material: ReportMaterial

  private var run: ReportedRun { material.run }

  var title: String { "Many, medium and few" }
  var anchor: StaticString { "long-tail" }

  func content(at place: ReportPlace) -> HTML? {
    guard let longTail = run.results?.detection.longTail else { return nil }
    return HTML(.div) {
      groups(longTail)
      HTML(.p, .class("note")) {
        "Means over classes, in percent. Many are the classes with more training images than that at rank 0.34·C, few "
          + "those with fewer than that at 0.67·C. fpr95_ood: the share of ID images flagged where 95 % of a set's are."
      }
      HTML(.details, .class("quiet")) {
        HTML(.summary) { "Every class, and the false positives on every set" }
        classes(longTail)
        sets(longTail)
      }
    }
  }

  private static func cells(_ groups: LongTailResults.Groups) -> [String] {
    [groups.many, groups.medium, groups.few, groups.all].map(FigureText.percent)
  }

  private func groups(_ longTail: LongTailResults) -> HTML {
    var table = ReportTable("By group of classes", columns: ["", "many", "medium", "few", "all"])
    let counts = [ShotGroup.many, .medium, .few].map { group in longTail.groups.count { $0 == group } }
    table.append("classes", (counts + [longTail.groups.count]).map { String($0) })
    table.append("accuracy", Self.cells(longTail.accuracy))
    table.append("mean confidence", Self.cells(longTail.confidence))
    for choice in run.scoresByWeight {
      guard let sets = longTail.falsePositiveRates[choice.description], !sets.isEmpty else { continue }
      let rates = sets.keys.sorted().compactMap { sets[$0]?.groups }
      func mean(_ figure: KeyPath<LongTailResults.Groups, Double>) -> String {
        FigureText.percent(rates.reduce(0) { $0 + $1[keyPath: figure] } / Double(rates.count))
      }
      table.append(
        "fpr95_ood of \(choice.description), mean of the sets",
        [mean(\.many), mean(\.medium), mean(\.few), mean(\.all)])
    }
    return table.html
  }

  private func classes(_ longTail: LongTailResults) -> HTML {
    var table = ReportTable("By class", columns: ["class", "group", "training images", "accuracy"])
    for (index, count) in longTail.trainingCounts.enumerated()
    where longTail.groups.indices.contains(index) && longTail.classAccuracy.indices.contains(index) {
      table.append(
        material.className(index),
        [
          longTail.groups[index].rawValue, ReportFigure.count(count),
          FigureText.percent(longTail.classAccuracy[index]),
        ])
    }
    return table.html
  }

  private func sets(_ longTail: LongTailResults) -> HTML {
    var table = ReportTable("fpr95_ood by set", columns: ["score, set", "many", "medium", "few", "all"])
    for choice in run.scoresByWeight {
      guard let sets = longTail.falsePositiveRates[choice.description] else { continue }
      for set in (run.recipe.data.near + run.recipe.data.far).map(\.name) {
        guard let rates = sets[set] else { continue }
        table.append("\(choice.description), \(set)", Self.cells(rates.groups))
      }
    }
    return table.html
  }
}
