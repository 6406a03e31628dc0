import Detection
import Experiments
import Foundation
import TestSupport
import Testing

@Suite("Reports")
struct ReportTests {
  /// A finished run of seconds, made once for all tests, each of which takes a copy.
  private static let finished = Result { () throws -> (folder: TemporaryFolder, path: String) in
    let folder = try TemporaryFolder()
    let run = try TinyExperiment(out: folder.path).run(
      "evaluate.every=1", "evaluate.scores=[energy, msp, knn: {k: 3}]")
    try run.complete()
    return (folder, run.folder.path)
  }

  /// Copies the run into a folder that lasts as long as `body`.
  private func withRun(_ body: (RunFolder) throws -> Void) throws {
    try withTemporaryFolder { out in
      let copy = out + "/seed0"
      try FileManager.default.copyItem(atPath: Self.finished.get().path, toPath: copy)
      try body(RunFolder(path: copy))
    }
  }

  private func page(_ folders: RunFolder..., store: DataStore? = drawnOnly) throws -> ReportPage {
    try ReportPage(folders: folders, store: store)
  }

  private func replace(_ text: String, by other: String, in path: String) throws {
    let content = try String(contentsOfFile: path, encoding: .utf8)
    try #require(content.contains(text), "\(path) has no \(text)")
    try content.replacingOccurrences(of: text, with: other).write(
      toFile: path, atomically: true, encoding: .utf8)
  }

  @Test("A page has every part of a run, fetches nothing, and says no name twice")
  func whole() throws {
    try withRun { folder in
      let page = try page(folder)
      #expect(page.problems == [])
      let reader = try ReportReader(page.html)
      let titles = reader.root.all("h2").map(\.text)
      #expect(
        titles == [
          "Learning curves", "Detection while learning", "Scores", "Where it errs", "Confusion",
          "Calibration",
          "Recipe", "Environment and cost", "What the figures mean",
        ])
      #expect(reader.root.all("h1").map(\.text) == ["tiny seed 0"])
      let ids = reader.root.all.compactMap { $0.attributes["id"] }
      #expect(Set(ids).count == ids.count)
      for link in reader.root.all("a") {
        let target = try #require(link.attributes["href"])
        #expect(target.hasPrefix("#") && ids.contains(String(target.dropFirst())), "\(target)")
      }
      for element in reader.root.all {
        for (name, value) in element.attributes {
          #expect(!name.hasPrefix("on"), "\(element.name) \(name)")
          if ["src", "href"].contains(name) {
            #expect(value.hasPrefix("data:") || value.hasPrefix("#"), "\(value)")
          }
          // What refers to something refers into the page.
          #expect(!value.contains("url(") || value.hasPrefix("url(#"), "\(value)")
        }
        if element.name == "th" { #expect(["row", "col"].contains(element.attributes["scope"])) }
        if element.name == "img" { #expect(element.attributes["alt"]?.isEmpty == false) }
      }
      #expect(!page.html.contains("@import"))
      // Each curve's plot is one of the page.
      let plots = reader.root.all("svg").compactMap { $0.all("title").first?.text }
      for title in [
        "Training loss", "Accuracy", "Learning rate", "AUROC, average of the sets", "Reliability",
      ] {
        #expect(plots.contains(title), "\(title)")
      }
      #expect(
        plots.filter { $0.hasPrefix("ROC of ") }
          == ["energy", "msp", "knn:k=3"].map { "ROC of \($0), ID positive" })
      #expect(plots.count { $0 == "synthetic-noise" } == 3)
      let recipe = try String(contentsOfFile: folder.recipe, encoding: .utf8)
      #expect(reader.root.all("pre").first?.text == recipe.trimmingCharacters(in: .whitespacesAndNewlines))
      #expect(page.html.utf8.count < 600_000)
      // The same folder, the same page.
      #expect(try self.page(folder).html == page.html)
    }
  }

  @Test("Tables have the figures of results.json, and confusions those of the feature table")
  func figures() throws {
    try withRun { folder in
      let reader = try ReportReader(page(folder).html)
      let results = try RunResults(contentsOf: folder.results).detection
      func percent(_ value: Double) -> String { String(format: "%.2f", value * 100) }
      for name in ["energy", "msp", "knn:k=3"] {
        let score = try #require(results.scores[name])
        let table = try #require(reader.table("\(name) by set"))
        #expect(table[0] == ["set", "AUROC", "AUPR-in", "AUPR-out", "FPR95"])
        let figures = [
          ("synthetic-unseen", score.sets["synthetic-unseen"]?.figures), ("near mean", score.near),
          ("synthetic-noise", score.sets["synthetic-noise"]?.figures), ("far mean", score.far),
          ("average", score.average),
        ]
        #expect(table.count == figures.count + 1)
        for (row, expected) in zip(table.dropFirst(), figures) {
          let own = try #require(expected.1)
          #expect(
            row == [expected.0] + [own.auroc, own.auprIn, own.auprOut, own.fpr95ID].map(percent), "\(name)")
        }
      }
      let every = try #require(reader.table("Every figure in percent, under its name in results.json"))
      #expect(every.count == 1 + 3 * 5 && every[0].count == 10)
      let near = try #require(results.scores["energy"]?.sets["synthetic-unseen"])
      #expect(every[1][7] == percent(near.fpr95OODNearest) && every[0][7] == "fpr95_ood_nearest")

      let features = try FeatureTable(contentsOf: folder.features("synthetic"))
      let predictions = try features.predictions()
      let matrix = try #require(
        reader.table("Images of each true class (rows) by the class they were taken for (columns)"))
      let names = try #require(RunResults(contentsOf: folder.results).input).classNames
      #expect(matrix[0] == ["true class"] + names)
      for (truth, row) in matrix.dropFirst().enumerated() {
        #expect(row[0] == names[truth])
        for column in names.indices {
          let count = zip(features.labels, predictions).count { $0 == truth && $1 == column }
          #expect(row[column + 1] == "\(count)")
        }
      }
      let gist = reader.element("x1")?.all("dd").map(\.text) ?? []
      #expect(gist.first == percent(results.accuracy) + " %")
    }
  }

  @Test("Whatever names classes, sets, stages and folders have, they stay text")
  func hostileNames() throws {
    let name = "<script>alert(\"1\")</script> & 'b' ]]> --> &lt;"
    try withTemporaryFolder { out in
      let set = "\(out)/a<b> & \"c\" 'd' onload=x"
      try writePhotographs(to: set, ["first": 6, "second": 6], height: 32, width: 32)
      let recipe = try Recipe(
        RecipeSource(
          file: "tiny.yaml", text: TinyExperiment.text,
          overrides: [
            "data.far=[{path: '\(set.replacingOccurrences(of: "'", with: "''"))'}]", "data.size=32",
          ]))
      let run = try Run(recipe, store: drawnOnly, out: out)
      try run.complete()
      let inJSON = name.replacingOccurrences(of: "\"", with: "\\\"")
      try replace("\"cross\"", by: "\"\(inJSON)\"", in: run.folder.results)
      try replace("\"stage\":\"train\"", by: "\"stage\":\"\(inJSON)\"", in: run.folder.log)
      let line = try String(contentsOfFile: run.folder.log, encoding: .utf8)
      try (line + line.replacingOccurrences(of: "\"stage\":\"", with: "\"stage\":\"\\u0000\\u202eother"))
        .write(toFile: run.folder.log, atomically: true, encoding: .utf8)
      let page = try page(run.folder)
      let reader = try ReportReader(page.html)
      let setName = "a<b> & \"c\" 'd' onload=x"
      let matrix = reader.table("Images of each true class (rows) by the class they were taken for (columns)")
      #expect(matrix?[0].contains(name) == true)
      #expect(reader.table("msp by set")?.contains { $0[0] == setName } == true)
      #expect(reader.root.all("svg").contains { $0.all("title").first?.text == setName })
      #expect(
        reader.root.all("p").contains {
          $0.text.hasPrefix("Stages: \(name) (epochs 1 to 1), \u{FFFD}\u{FFFD}other")
        })
      #expect(reader.root.all("h3").contains { $0.text.hasPrefix("Most confident of \(setName)") })
      #expect(reader.root.all("script").count == 1)
      #expect(!reader.root.all.contains { $0.name == "b" && $0.text.contains("onload") })
    }
  }

  @Test("What is missing is said, with what to do about it, and the rest is there")
  func missing() throws {
    try withRun { folder in
      var page = try page(folder, store: nil)
      #expect(page.problems == [])
      #expect(!page.html.contains("Where it errs") && page.html.contains("ROC of msp"))

      try FileManager.default.removeItem(atPath: folder.environment)
      try FileManager.default.removeItem(atPath: folder.features("synthetic-noise"))
      page = try self.page(folder)
      #expect(
        page.problems == [
          "\(folder.features("synthetic-noise")): there is no such file; the curves are without synthetic-noise"
        ])
      var reader = try ReportReader(page.html)
      #expect(
        reader.root.all("p").contains {
          $0.attributes["class"] == "callout" && $0.text.contains("no such file")
        })
      #expect(reader.table("msp by set")?.contains { $0[0] == "synthetic-noise" } == true)
      #expect(!reader.root.all("svg").contains { $0.all("title").first?.text == "synthetic-noise" })
      #expect(reader.root.all("svg").contains { $0.all("title").first?.text == "synthetic-unseen" })

      try FileManager.default.removeItem(atPath: "\(folder.path)/features")
      page = try self.page(folder)
      #expect(page.problems.count == 1 && page.problems[0].contains("limen evaluate \(folder.path) makes it"))
      #expect(
        !page.html.contains(">ROC of") && page.html.contains("msp by set")
          && page.html.contains("Training loss"))

      try FileManager.default.removeItem(atPath: folder.results)
      page = try self.page(folder)
      #expect(
        page.problems == [
          "\(folder.path): the run has been trained but not evaluated; limen evaluate \(folder.path) does it"
        ])
      reader = try ReportReader(page.html)
      #expect(
        reader.root.all("h2").map(\.text).first == "Learning curves" && !page.html.contains("msp by set"))

      try FileManager.default.removeItem(atPath: folder.log)
      page = try self.page(folder)
      #expect(
        page.problems.contains { $0.contains("the run is not finished: none of 1 epochs is in its log") }
      )
      #expect(
        page.problems.contains {
          $0.hasSuffix("log.jsonl: there is no log, so there are no curves of training")
        })
      #expect(page.html.contains("recipe.yaml"))

      try FileManager.default.removeItem(atPath: folder.recipe)
      #expect(
        complaint { _ = try self.page(folder) }
          == "\(folder.path): holds no run: there is no recipe.yaml in it")
      #expect(
        complaint { _ = try ReportedRun.folders(at: folder.path) }
          == "\(folder.path): holds no run: there is no recipe.yaml in it, and no folder seed0 with one")
    }
  }

  @Test("What is damaged is named, and the rest is there")
  func damaged() throws {
    try withRun { folder in
      let log = try String(contentsOfFile: folder.log, encoding: .utf8)
      // As a run leaves it that is killed while it writes.
      try (log + log.prefix(40)).write(toFile: folder.log, atomically: true, encoding: .utf8)
      try "{}".write(toFile: folder.profile, atomically: true, encoding: .utf8)
      try "no".write(toFile: folder.environment, atomically: true, encoding: .utf8)
      let noise = folder.features("synthetic-noise")
      try Data("short".utf8).write(to: URL(fileURLWithPath: noise))
      var page = try page(folder)
      #expect(page.problems.count == 4, "\(page.problems)")
      for end in [
        "environment.json: is not the environment.json of a run; the page is without it",
        "profile.json: is not the profile.json of a run; the page is without it",
        "log.jsonl: line 2 is not what limen writes; the curves are without",
        "; the curves are without synthetic-noise",
      ] {
        #expect(page.problems.contains { $0.hasPrefix(folder.path) && $0.hasSuffix(end) }, "\(end)")
      }
      #expect(page.html.contains("Training loss") && page.html.contains("ROC of msp"))

      try "{\"accuracy\": 1}".write(toFile: folder.results, atomically: true, encoding: .utf8)
      page = try self.page(folder)
      #expect(
        page.problems.contains(
          "\(folder.results): is not the results.json of a run; limen evaluate \(folder.path) writes it anew")
      )
      #expect(page.html.contains("Training loss") && !page.html.contains("msp by set"))
    }
  }

  @Test("Feature tables of other weights than the results are noticed")
  func stale() throws {
    try withRun { folder in
      let near = folder.features("synthetic-unseen")
      try FileManager.default.removeItem(atPath: near)
      try FileManager.default.copyItem(atPath: folder.features("synthetic-noise"), toPath: near)
      let page = try page(folder)
      #expect(page.problems.contains { $0.contains("the curves are of other weights than the figures") })
      // Pictures of one set beside the scores of another would mislead.
      let reader = try ReportReader(page.html)
      #expect(!reader.root.all("h3").contains { $0.text.contains("Most confident of synthetic-unseen") })
      #expect(reader.root.all("p").contains { $0.text.contains("the pictures are not those of the table") })
    }
  }

  @Test("Seeds of a recipe are folded to mean and deviation, experiments are compared, the best in bold")
  func several() throws {
    try withRun { first in
      let parent = String(first.path.dropLast("/seed0".count))
      let second = RunFolder(path: "\(parent)/seed10")
      try FileManager.default.copyItem(atPath: first.path, toPath: second.path)
      try replace("seed: 0", by: "seed: 10", in: second.recipe)
      let own = try #require(RunResults(contentsOf: first.results).detection.scores["energy"]).average.auroc
      let accuracy = try RunResults(contentsOf: first.results).detection.accuracy
      try replace("\"auroc\" : \(own)", by: "\"auroc\" : \(own - 0.1)", in: second.results)
      #expect(try ReportedRun.folders(at: parent).map(\.path) == [first.path, second.path])
      #expect(try ReportedRun.folders(at: first.path).map(\.path) == [first.path])
      var page = try page(first, second)
      var reader = try ReportReader(page.html)
      #expect(reader.root.all("h1").map(\.text) == ["tiny seeds 0, 10"])
      let average = try #require(reader.table("energy by set", in: "x1-seeds")?.last)
      // The mean of x and x − 0.1, and their population deviation.
      #expect(average[0...1] == ["average", String(format: "%.2f ± 5.00", own * 100 - 5)])
      let ids = reader.root.all.compactMap { $0.attributes["id"] }
      #expect(Set(ids).count == ids.count && ids.contains("x1-seed10-scores"))

      // Another experiment with a better score and a worse accuracy.
      let other = RunFolder(path: "\(parent)/other")
      try FileManager.default.copyItem(atPath: second.path, toPath: other.path)
      try replace("name: tiny", by: "name: rival", in: other.recipe)
      try replace("\"accuracy\" : \(accuracy)", by: "\"accuracy\" : -1", in: other.results)
      page = try self.page(first, other)
      reader = try ReportReader(page.html)
      #expect(reader.root.all("h1").map(\.text) == ["2 experiments"])
      #expect(
        reader.root.all("h2").map(\.text) == [
          "Comparison", "tiny seed 0", "rival seed 10", "What the figures mean",
        ])
      let table = try #require(
        reader.root.all("table").first {
          $0.all("caption").first?.text == "AUROC, average of the sets, in percent"
        })
      let bold = table.all("tr").map { $0.children.map { $0.children.first?.name == "b" } }
      #expect(table.all("tr")[0].children.map(\.text) == ["experiment", "energy", "msp", "knn:k=3"])
      // Of equals all are best.
      #expect(bold[1] == [false, true, true, true] && bold[2] == [false, false, true, true])
      #expect(reader.table("Experiments")?[2][3] == "−100.00")
      #expect(ReportPage.defaultPath(of: [first]) == "\(first.path)/report.html")
      #expect(ReportPage.defaultPath(of: [first, second]) == "\(parent)/report.html")
      #expect(ReportPage.defaultPath(of: [first, RunFolder(path: "elsewhere/seed0")]) == "report.html")
    }
  }
}
