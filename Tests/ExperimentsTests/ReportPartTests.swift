import Detection
import Experiments
import Foundation
import Images
import Plots
import TestSupport
import Testing

/// Parts that only some runs have, and the pieces that pages are made of.
@Suite("Parts of reports")
struct ReportPartTests {
  private func run(_ out: String, _ overrides: String...) throws -> RunFolder {
    let recipe = try Recipe(RecipeSource(file: "tiny.yaml", text: TinyExperiment.text, overrides: overrides))
    let run = try Run(recipe, store: drawnOnly, out: out)
    try run.complete()
    return run.folder
  }

  @Test(
    "Pictures are those that a search through all scores finds, pixel for pixel, with what they were taken for"
  )
  func pictures() throws {
    try withTemporaryFolder { out in
      let folder = try run(out, "evaluate.scores=[energy]", "data.far=[{set: synthetic-noise, count: 20}]")
      let reader = try ReportReader(ReportPage(folders: [folder], store: drawnOnly).html)
      let names = try #require(RunResults(contentsOf: folder.results).input).classNames
      let galleries = reader.root.all("div").filter { $0.attributes["class"] == "gallery" }
      #expect(
        galleries.map { $0.children[0].ownText } == [
          "Most confident of synthetic-unseen", "Most confident of synthetic-noise",
          "Most atypical of synthetic",
        ])
      let sets: [(String, SyntheticSet.Subject, Int, Bool)] = [
        ("synthetic-unseen", .unseenForms, 30, true), ("synthetic-noise", .noise, 20, true),
        ("synthetic", .forms, 40, false),
      ]
      for (gallery, (name, subject, count, wantsHighest)) in zip(galleries, sets) {
        let set = SyntheticSet.make(subject, split: .test, count: count, seed: 0)
        let table = try FeatureTable(contentsOf: folder.features(name))
        let logits = try #require(table.logits)
        func row(_ index: Int) -> [Double] {
          (0..<logits.columnCount).map { Double(logits.values[index * logits.columnCount + $0]) }
        }
        let energies = (0..<count).map { log(row($0).reduce(0) { $0 + exp($1) }) }
        // The naive twin: the extreme one of those that are left, again and again.
        var left = Array(0..<count)
        for item in gallery.all("li") {
          let best = try #require(
            wantsHighest ? left.map { energies[$0] }.max() : left.map { energies[$0] }.min())
          let index = try #require(left.first { energies[$0] == best })
          left.removeAll { $0 == index }
          let image = try #require(item.all("img").first)
          let source = try #require(image.attributes["src"])
          let data = try #require(
            Data(base64Encoded: String(source.dropFirst("data:image/png;base64,".count))))
          let picture = try Picture(decoding: Array(data), name: "thumbnail")
          let original = try set.picture(index)
          #expect(picture.pixels == original.pixels, "\(name) \(index)")
          let taken = try #require(row(index).indices.max { row(index)[$0] < row(index)[$1] })
          #expect(item.text.contains(names[taken]), "\(item.text)")
          if !wantsHighest {
            #expect(image.attributes["alt"]?.contains("shows \(names[set.labels[index]])") == true)
          }
        }
        #expect(gallery.all("li").count == (wantsHighest ? 10 : 20))
      }
    }
  }

  @Test("Large pictures are made small, and keep their proportions")
  func thumbnails() throws {
    let large = Picture(height: 150, width: 300, pixels: Array(repeating: 90, count: 150 * 300 * 3))
    let small = ReportedPicture.fitted(large)
    #expect(small.width == 96 && small.height == 48 && small.pixels.allSatisfy { $0 == 90 })
    let fine = Picture(height: 20, width: 96)
    #expect(ReportedPicture.fitted(fine).pixels == fine.pixels)
    #expect(ReportedPicture.fitted(Picture(height: 1000, width: 2)).width == 1)
  }

  @Test("Without the data a page says so and has everything else")
  func noData() throws {
    try withTemporaryFolder { out in
      let photographs = "\(out)/photographs"
      try writePhotographs(to: photographs, ["a": 9, "b": 9], height: 32, width: 32)
      let folder = try run(out, "data.far=[{path: '\(photographs)'}]")
      var page = try ReportPage(folders: [folder], store: drawnOnly)
      #expect(page.html.contains("Most confident of photographs"))
      try FileManager.default.removeItem(atPath: photographs)
      page = try ReportPage(folders: [folder], store: drawnOnly)
      #expect(!page.html.contains("Most confident of photographs"))
      #expect(page.html.contains("Most confident of synthetic-unseen"))
      #expect(page.html.contains("photographs: there is no such folder or tar archive."))
      #expect(page.html.contains("ROC of msp") && page.problems == [])
    }
  }

  @Test("Groups, long tails, norms, searches and analyses have their parts")
  func parts() throws {
    try withTemporaryFolder { out in
      let mos = try run(
        out + "/mos", "stages.0.method={mos: {grouping: {random: {count: 3}}}}",
        "evaluate.scores=[mos, knn: {k: 3}]",
        "evaluate.representation=true", "analyses=[weightHistogram, othersProbability]")
      var page = try ReportPage(folders: [mos], store: drawnOnly)
      #expect(page.problems == [])
      var reader = try ReportReader(page.html)
      let others = try #require(reader.table("Mean probability of “others”, by set"))
      #expect(others.map { $0[0] } == ["set", "synthetic", "synthetic-unseen", "synthetic-noise"])
      #expect(others[0] == ["set", "smallest of an image", "group 0", "group 1", "group 2"])
      let norms = try #require(RunResults(contentsOf: mos.results).representation).sets
      let table = try #require(reader.table("Features by set"))
      #expect(table[1][2] == String(format: "%.4f", norms["synthetic"]?.activation ?? -1))
      #expect(reader.root.all("h3").map(\.text).contains("weightHistogram"))
      #expect(
        reader.root.all("img").contains {
          $0.attributes["src"]?.hasPrefix("data:image/svg+xml;base64,") == true
        })
      // Classes of the tables are in the order of their logits; the matrix has them in that of the set.
      let set = SyntheticSet.make(.forms, split: .test, count: 40, seed: 0)
      let matrix = try #require(
        reader.table("Images of each true class (rows) by the class they were taken for (columns)"))
      #expect(Array(matrix[0].dropFirst()) == set.classNames)
      for (index, row) in matrix.dropFirst().enumerated() {
        #expect(row.dropFirst().compactMap { Int($0) }.reduce(0, +) == set.labels.count { $0 == index })
      }
      let right = matrix.dropFirst().enumerated().reduce(0) { $0 + (Int($1.element[$1.offset + 1]) ?? 0) }
      let accuracy = try RunResults(contentsOf: mos.results).detection.accuracy
      #expect(Double(right) / 40 == accuracy)

      // So have pictures: those are taken for what they show which the table has right.
      let features = try FeatureTable(contentsOf: mos.features("synthetic"))
      let predictions = try features.predictions()
      let gallery = try #require(
        reader.root.all("div").last { $0.attributes["class"] == "gallery" })
      for image in gallery.all("img") {
        let words = try #require(image.attributes["alt"])
        let match = try #require(words.wholeMatch(of: #/Picture (\d+): shows (.+), taken for (.+)/#))
        let index = try #require(Int(match.1))
        #expect(match.2 == set.classNames[set.labels[index]])
        #expect((match.2 == match.3) == (predictions[index] == features.labels[index]), "\(words)")
      }

      let tail = try run(
        out + "/tail", "data.train={set: synthetic, count: 300, longTail: 15}",
        "data.validation={set: synthetic, split: test, count: 20}",
        "data.oodValidation={set: synthetic-strokes, split: test, count: 20}",
        "evaluate.scores=[msp, {knn: {k: [1, 3]}}]")
      page = try ReportPage(folders: [tail], store: drawnOnly)
      #expect(page.problems == [])
      reader = try ReportReader(page.html)
      let longTail = try #require(RunResults(contentsOf: tail.results).detection.longTail)
      let groups = try #require(reader.table("By group of classes"))
      #expect(
        groups[0] == ["many", "medium", "few", "all"] || groups[0] == ["", "many", "medium", "few", "all"])
      let expected = [
        longTail.accuracy.many, longTail.accuracy.medium, longTail.accuracy.few, longTail.accuracy.all,
      ]
      #expect(groups[2] == ["accuracy"] + expected.map { String(format: "%.2f", $0 * 100) })
      let kinds: [Int] = [ShotGroup.many, .medium, .few].map { kind in
        longTail.groups.count { $0 == kind }
      }
      #expect(Set(kinds).count > 1)
      #expect(groups[1] == ["classes"] + (kinds + [longTail.groups.count]).map { String($0) })
      let rates = try #require(longTail.falsePositiveRates["msp"]).values.map { $0.groups }
      let figures: [KeyPath<LongTailResults.Groups, Double>] = [\.many, \.medium, \.few, \.all]
      let means = figures.map { figure -> String in
        let sum = rates.reduce(0.0) { $0 + $1[keyPath: figure] }
        return String(format: "%.2f", sum / Double(rates.count) * 100)
      }
      #expect(rates.count == 2)
      #expect(groups.contains(["fpr95_ood of msp, mean of the sets"] + means))
      #expect(
        reader.root.all("p").contains { $0.text.contains("was chosen on validation and oodValidation") },
        "search")
    }
  }

  @Test("A run of AugDelete has its figures before and after, and the change")
  func before() throws {
    try withTemporaryFolder { out in
      let first = try run(out + "/first")
      let folder = try run(
        out + "/second", "stages.0.from=\(first.checkpoints)/last.safetensors", "stages.0.method=augDelete")
      let results = try RunResults(contentsOf: folder.results)
      let before = try #require(results.before)
      let reader = try ReportReader(ReportPage(folders: [folder], store: nil).html)
      let table = try #require(reader.table("Averages of the sets, in percent"))
      func percent(_ value: Double) -> String { String(format: "%.2f", value * 100) }
      let change = (results.detection.accuracy - before.detection.accuracy) * 100
      let signed = String(format: "%+.2f", change).replacingOccurrences(of: "-", with: "−")
      #expect(
        table[1] == [
          "accuracy", percent(before.detection.accuracy), percent(results.detection.accuracy), signed,
        ])
      #expect(table[3][0] == "AUROC of msp")
      #expect(table[3][1] == percent(before.detection.scores["msp"]?.average.auroc ?? -1))
    }
  }

  @Test("Elements hold what is put into them, escaped")
  func builder() {
    let isShown = false
    let html = HTML(.p, .class("a\"b'<&>")) {
      "x < y & \"z\" \u{202E}\u{7}"
      HTML(.b) { "bold" }
      if isShown { "never" } else { " else" }
      for number in 0..<2 { "\(number)," }
    }
    #expect(
      html.markup
        == "<p class=\"a&quot;b&#39;&lt;&amp;&gt;\">x &lt; y &amp; &quot;z&quot; \u{FFFD}\u{FFFD}<b>bold</b> "
        + "else0,1,</p>\n")
  }
}
