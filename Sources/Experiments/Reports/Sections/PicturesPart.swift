import Detection
import Images

/// The outliers that look most like what was learned, and the test images that look least like it.
struct PicturesPart: ReportPart {
  let material: ReportMaterial

  private var run: ReportedRun { material.run }

  var title: String { "Where it errs" }
  var anchor: StaticString { "pictures" }

  /// How many pictures of each outlier set are shown.
  private static let outlierCount = 10

  /// How many test images are shown.
  private static let inlierCount = 20

  func content(at place: ReportPlace) -> HTML? {
    guard let tables = material.tables, let images = material.images, let verdict = run.verdict else {
      return nil
    }
    guard let scores = tables.scores[verdict] else {
      return HTML(.p, .class("callout")) {
        "No pictures: they are chosen by \(verdict), which has no curves."
      }
    }
    guard !images.sets.isEmpty else {
      return HTML(.p, .class("callout")) {
        "No pictures: the data sets are not on this machine (\(images.problems.first ?? "none is there")). --data DIR or "
          + "$LIMEN_DATA says where they are; everything else on this page is complete."
      }
    }
    let threshold = run.results?.detection.scores[verdict]?.threshold95
    return HTML(.div) {
      HTML(.p) {
        "Chosen by \(verdict), the deciding score. Below each picture: its score, what it was taken for and how surely."
        if let threshold, threshold.value.isFinite {
          " From \(FigureText.significant(threshold.value)) on a picture is accepted."
        }
      }
      for table in tables.outliers {
        if let set = images.sets[table.name], let values = scores[table.name] {
          gallery(
            "Most confident of \(table.name)", table, set, values,
            PictureSelection.highest(values, count: Self.outlierCount), threshold, at: place)
        }
      }
      if let set = images.sets[tables.inliers.name], let values = scores[tables.inliers.name] {
        gallery(
          "Most atypical of \(tables.inliers.name)", tables.inliers, set, values,
          PictureSelection.lowest(values, count: Self.inlierCount), threshold, at: place)
      }
      for problem in images.problems { HTML(.p, .class("note")) { "Not shown: \(problem)." } }
    }
  }

  private func gallery(
    _ title: String, _ table: FeatureTable, _ set: ImageSet, _ scores: [Double], _ indices: [Int],
    _ threshold: AcceptanceThreshold?, at place: ReportPlace
  ) -> HTML {
    let answers = try? table.classifications(for: "a picture")
    let isTest = table.name == material.tables?.inliers.name
    return HTML(.div, .class("gallery")) {
      HTML(.heading(place.level)) {
        title
        if let threshold, threshold.value.isFinite {
          HTML(.span, .class("gist")) { Self.accepted(scores, threshold) }
        }
      }
      HTML(.ul) {
        for index in indices {
          if let picture = try? set.picture(index) {
            let answer = answers.map {
              (name: material.className(inTable: $0[index].prediction), $0[index].probability)
            }
            item(
              picture, set.identifiers[index], isTest ? set.classNames[set.labels[index]] : nil, answer,
              scores[index])
          }
        }
      }
    }
  }

  private static func accepted(_ scores: [Double], _ threshold: AcceptanceThreshold) -> String {
    let count = scores.count { threshold.accepts($0) }
    return "\(ReportFigure.count(count)) of \(ReportFigure.count(scores.count)) are accepted"
  }

  private func item(
    _ picture: Picture, _ identifier: String, _ truth: String?,
    _ answer: (name: String, probability: Double)?,
    _ score: Double
  ) -> HTML? {
    let taken = answer.map { "taken for \($0.name)" }
    let words = [truth.map { "shows \($0)" }, taken].compactMap { $0 }.joined(separator: ", ")
    let alternative = "Picture \(identifier)" + (words.isEmpty ? "" : ": " + words)
    guard let image = try? ReportedPicture.thumbnail(picture, alternative: alternative) else { return nil }
    return HTML(.li, HTML.Attribute("title", identifier)) {
      image
      HTML(.span, .class("value")) { FigureText.significant(score) }
      if let answer {
        HTML(.span, .class("answer")) {
          if let truth, truth != answer.name {
            HTML(.b) { truth }
            " as "
          }
          "\(answer.name) \(FigureText.decimals(answer.probability * 100, 0))\u{202F}%"
        }
      }
    }
  }
}
