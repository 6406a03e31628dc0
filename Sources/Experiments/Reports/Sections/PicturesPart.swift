import Detection
import Images

/// The outliers that look most like what was learned, and the test images that look least like it.
struct PicturesPart: ReportPart {
  let run: ReportedRun
  let tables: ReportedTables?

  /// Where pictures are; nil if none are wanted.
  let store: DataStore?

  var title: String { "Where it errs" }
  var anchor: StaticString { "pictures" }

  /// How many pictures of each outlier set are shown.
  private static let outlierCount = 10

  /// How many test images are shown.
  private static let inlierCount = 20

  func content(at place: ReportPlace) -> HTML? {
    guard let tables, let store, let verdict = run.verdict else { return nil }
    guard let scores = tables.scores[verdict] else {
      return HTML(.p, .class("callout")) {
        "No pictures: they are chosen by \(verdict), which has no curves."
      }
    }
    let images = ReportedImageSets(run, tables, store: store)
    guard !images.sets.isEmpty else {
      return HTML(.p, .class("callout")) {
        "No pictures: the data sets are not on this machine (\(images.problems.first ?? "none is there")). --data DIR or "
          + "$LIMEN_DATA says where they are; everything else on this page is complete."
      }
    }
    let threshold = run.results?.detection.scores[verdict]?.threshold95
    return HTML(.div) {
      HTML(.p) {
        "Chosen by \(verdict), the deciding score. Below each picture: its score, and what it was taken for and how surely."
        if let threshold, threshold.value.isFinite {
          " From \(ReportFigure.short(threshold.value)) on a picture is accepted; a ring marks the ones on the wrong side."
        }
      }
      for table in tables.outliers {
        if let set = images.sets[table.name], let values = scores[table.name] {
          gallery(
            "Most confident of \(table.name)", table, set, values,
            PictureSelection.highest(values, count: Self.outlierCount), tables, threshold, at: place)
        }
      }
      if let set = images.sets[tables.inliers.name], let values = scores[tables.inliers.name] {
        gallery(
          "Most atypical of \(tables.inliers.name)", tables.inliers, set, values,
          PictureSelection.lowest(values, count: Self.inlierCount), tables, threshold, at: place)
      }
      for problem in images.problems { HTML(.p, .class("note")) { "Not shown: \(problem)." } }
    }
  }

  private func gallery(
    _ title: String, _ table: FeatureTable, _ set: ImageSet, _ scores: [Double], _ indices: [Int],
    _ tables: ReportedTables, _ threshold: AcceptanceThreshold?, at place: ReportPlace
  ) -> HTML {
    let names = ReportedClasses(run, tables)
    let answers = try? table.classifications(for: "a picture")
    let isTest = table.name == tables.inliers.name
    return HTML(.div, .class("gallery")) {
      place.heading(title)
      HTML(.ul) {
        for index in indices {
          if let picture = try? set.picture(index) {
            let truth = isTest ? set.classNames[set.labels[index]] : nil
            let answer = answers.map { answers in
              let (prediction, probability) = answers[index]
              let name =
                tables.classOrder.indices.contains(prediction)
                ? names[tables.classOrder[prediction]] : "class \(prediction)"
              return (name: name, probability: probability)
            }
            let isWrong = threshold.map { $0.accepts(scores[index]) != isTest } ?? false
            item(picture, set.identifiers[index], truth, answer, scores[index], isWrong: isWrong)
          }
        }
      }
    }
  }

  private func item(
    _ picture: Picture, _ identifier: String, _ truth: String?,
    _ answer: (name: String, probability: Double)?,
    _ score: Double, isWrong: Bool
  ) -> HTML? {
    let taken = answer.map { "taken for \($0.name)" }
    let words = [truth.map { "shows \($0)" }, taken].compactMap { $0 }.joined(separator: ", ")
    let alternative = "Picture \(identifier)" + (words.isEmpty ? "" : ": " + words)
    guard let image = try? ReportedPicture.thumbnail(picture, alternative: alternative) else { return nil }
    return HTML(.li, isWrong ? .class("wrong-side") : nil, HTML.Attribute("title", identifier)) {
      image
      HTML(.span, .class("value")) { ReportFigure.short(score) + (isWrong ? " ◯" : "") }
      if let answer {
        HTML(.span, .class("answer")) {
          if let truth, truth != answer.name {
            HTML(.b) { truth }
            " as "
          }
          "\(answer.name) \(ReportFigure.decimals(answer.probability * 100, 0)) %"
        }
      }
    }
  }
}
