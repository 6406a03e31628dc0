import Archives
import Detection
import Experiments
import Foundation
import TestSupport
import Testing

/// Figures, orders and marks of pages, against what they are taken from.
@Suite("Content of reports")
struct ReportContentTests {
  /// A run made once for all tests, each of which takes a copy.
  private static let finished = Result { () throws -> (folder: TemporaryFolder, path: String) in
    let folder = try TemporaryFolder()
    let run = try TinyExperiment(out: folder.path).run(
      "evaluate.scores=[energy, msp]", "evaluate.representation=true")
    try run.complete()
    return (folder, run.folder.path)
  }

  private func withRun(_ body: (RunFolder) throws -> Void) throws {
    try withTemporaryFolder { out in
      let copy = out + "/seed0"
      try FileManager.default.copyItem(atPath: Self.finished.get().path, toPath: copy)
      try body(RunFolder(path: copy))
    }
  }

  private func reader(_ folders: RunFolder..., store: DataStore? = nil) throws -> ReportReader {
    try ReportReader(ReportPage(folders: folders, store: store).html)
  }

  private func replace(_ pattern: some RegexComponent, by other: String, in path: String) throws {
    let content = try String(contentsOfFile: path, encoding: .utf8)
    try #require(content.contains(pattern), "\(path)")
    try content.replacing(pattern, with: other).write(
      toFile: path, atomically: true, encoding: .utf8)
  }

  private func percent(_ value: Double) -> String { String(format: "%.2f", value * 100) }

  @Test("The deciding score is open, and lines and tiles tell near, far and average apart")
  func gists() throws {
    try withRun { folder in
      let reader = try reader(folder)
      let results = try RunResults(contentsOf: folder.results)
      let verdict = results.verdict
      let scores = reader.root.all("details").filter { $0.attributes["class"] == "score" }
      #expect(scores.map { $0.attributes["open"] != nil } == [true, false])
      #expect(scores[0].all("h3").first?.text == verdict)
      let score = try #require(results.detection.scores[verdict])
      #expect(Set([score.near.auroc, score.far.auroc, score.average.auroc]).count == 3)
      let gist = scores[0].all("span").first { $0.attributes["class"] == "gist" }
      #expect(
        gist?.text
          == "AUROC near \(percent(score.near.auroc)) · far \(percent(score.far.auroc)) · average "
          + "\(percent(score.average.auroc)) · FPR95 \(percent(score.average.fpr95ID))")
      let tiles = zip(reader.root.all("dt"), reader.root.all("dd")).map { [$0.text, $1.text] }
      for (name, value) in [
        ("AUROC near, \(verdict)", score.near.auroc), ("AUROC far, \(verdict)", score.far.auroc),
        ("FPR95, \(verdict)", score.average.fpr95ID),
      ] {
        #expect(tiles.contains([name, percent(value) + " %"]), "\(name)")
      }
    }
  }

  @Test("Times, sizes and numbers have units that fit")
  func units() throws {
    try withRun { folder in
      try replace(
        #/"trainingSeconds" : [0-9.e-]+/#, by: "\"trainingSeconds\" : 60", in: folder.environment)
      try replace(
        #/"wallSeconds" : [0-9.e-]+/#, by: "\"wallSeconds\" : 7325.2", in: folder.environment)
      try replace(
        #/"peakMemoryBytes" : \d+/#, by: "\"peakMemoryBytes\" : 2621440", in: folder.environment)
      try replace(
        #/"peakTensorBytes" : \d+/#, by: "\"peakTensorBytes\" : 1536", in: folder.environment)
      try replace(#/"imagesPerSecond":[0-9.]+/#, by: "\"imagesPerSecond\":12345.6", in: folder.log)
      let line = try String(contentsOfFile: folder.log, encoding: .utf8)
      let slow = line.replacing("12345.6", with: "7")
      try (slow + line + line).write(toFile: folder.log, atomically: true, encoding: .utf8)
      let table = try #require(reader(folder).table("Program, machine and time"))
      for row in [
        ["time of training steps", "1 min 00 s"], ["wall time of the last session", "2 h 02 min"],
        ["largest memory", "2.6 MB"], ["largest memory of tensors", "1.5 kB"],
        ["training speed, median epoch", "12\u{202F}345 images/s"],
      ] {
        #expect(table.contains(row), "\(row)")
      }
    }
  }

  @Test("Pairs that are confused most come first, with their share of the true class")
  func confusions() throws {
    try withRun { folder in
      let features = try FeatureTable(contentsOf: folder.features("synthetic"))
      let pairs = zip(features.labels, try features.predictions()).filter { $0 != $1 }
      let names = try #require(RunResults(contentsOf: folder.results).input).classNames
      let table = try #require(reader(folder).table("The pairs that are confused most")).dropFirst()
      var counts: [Int] = []
      for row in table {
        let (truth, taken) = try #require(
          names.indices.flatMap { one in names.indices.map { (one, $0) } }
            .first { row[0] == "\(names[$0]) for \(names[$1])" })
        let count = pairs.count { $0 == truth && $1 == taken }
        let total = features.labels.count { $0 == truth }
        #expect(row[1] == "\(count)" && row[2] == percent(Double(count) / Double(total)) + " %")
        counts.append(count)
      }
      #expect(counts == counts.sorted(by: >) && counts.count == 8)
      #expect(counts[0] == Dictionary(grouping: pairs) { [$0, $1] }.values.map(\.count).max())
    }
  }

  @Test("Where classes are many, those recognised least are told")
  func manyClasses() throws {
    try withTemporaryFolder { out in
      var classes: [String] = []
      for number in 10..<36 {
        classes.append("c\(number)")
        try writePhotographs(to: "\(out)/pictures", ["c\(number)": 2], height: 16, width: 16)
      }
      let recipe = try Recipe(
        RecipeSource(
          file: "tiny.yaml", text: TinyExperiment.text,
          overrides: [
            "data.train={path: \(out)/pictures}", "data.test={path: \(out)/pictures}",
            "data.near=[]",
            "data.far=[]", "data.validation={fraction: 0}", "data.size=16",
          ]))
      let run = try Run(recipe, store: drawnOnly, out: out)
      try run.complete()
      let table = try #require(
        reader(run.folder).table("The classes that are recognised least, of 26"))
      #expect(table.count == 26 && table[1][2] == "2")
      let shares = table.dropFirst().compactMap { Double($0[1].dropLast(2)) }
      #expect(shares.count == 25 && shares == shares.sorted() && shares[0] < 50)
    }
  }

  @Test("Pictures that were accepted are counted, and wrong answers alone are marked")
  func pictures() throws {
    try withRun { folder in
      let reader = try reader(folder, store: drawnOnly)
      let results = try RunResults(contentsOf: folder.results)
      let score = try #require(results.detection.scores[results.verdict])
      let choice = try ScoreChoice(parsing: results.verdict).fitted(on: FittingTables())
      let galleries = reader.root.all("div").filter { $0.attributes["class"] == "gallery" }
      let sets = ["synthetic-unseen", "synthetic-noise", "synthetic"]
      #expect(galleries.count == 3)
      for (gallery, set) in zip(galleries, sets) {
        let values = try choice.scores(
          of: FeatureTable(contentsOf: folder.features(set), name: set))
        let accepted = values.count { $0 >= score.threshold95.value }
        #expect(
          gallery.all("span").first?.text == "\(accepted) of \(values.count) are accepted", "\(set)"
        )
      }
      var marks = Set<Bool>()
      for item in galleries[2].all("li") {
        let words = try #require(item.all("img").first?.attributes["alt"])
        let match = try #require(words.firstMatch(of: #/shows (.+), taken for (.+)/#))
        let answer = try #require(item.all("span").first { $0.attributes["class"] == "answer" })
        #expect(answer.all("b").map(\.text) == (match.1 == match.2 ? [] : [String(match.1)]))
        marks.insert(match.1 == match.2)
      }
      #expect(marks == [true, false])
      for gallery in galleries.prefix(2) { #expect(gallery.all("b").isEmpty) }
    }
  }

  @Test("Pictures that have changed since their features were taken are not shown")
  func changed() throws {
    try withRun { folder in
      let path = folder.features("synthetic-noise")
      try FeatureTable(contentsOf: path, name: "synthetic-noise")
        .write(to: path, metadata: ["pictures": "others"])
      let page = try ReportPage(folders: [folder], store: drawnOnly).html
      #expect(!page.contains("Most confident of synthetic-noise"))
      #expect(page.contains("Most confident of synthetic-unseen"))
      #expect(page.contains("the pictures are not those of the table: some have changed"))
    }
  }

  @Test("Gaps and ratios, operations and analyses stand in their columns")
  func columns() throws {
    try withRun { folder in
      let operations = (0..<3).map { index in
        "{\"name\": \"op\(index)\", \"calls\": 2, \"milliseconds\": \(index), \"share\": \([0.99, 0.004, 0.003][index])}"
      }
      try """
      {"steps": 4, "milliseconds": 10, "arithmeticShare": 0.75, "memoryShare": 0.25, "convolutions": [], "operations": \
      [\(operations.joined(separator: ", "))]}
      """.write(toFile: folder.profile, atomically: true, encoding: .utf8)
      try replace(
        #/"checkpoint" : "last"/#,
        by: "\"checkpoint\" : \"last\", \"analyses\" : {\"made up\": [{\"a\": 1}, {\"a\": 2}]}",
        in: folder.results)
      let reader = try reader(folder)
      let norms = try #require(RunResults(contentsOf: folder.results).representation).sets
      let noise = try #require(norms["synthetic-noise"])
      let row = try #require(reader.table("Features by set")?.last)
      let (gap, ratio) = (try #require(noise.normalizationGap), try #require(noise.gapRatio))
      #expect(Array(row.suffix(2)) == [gap, ratio].map { String(format: "%.4f", $0) })
      let own = try #require(norms["synthetic"]?.normalizationGap)
      #expect(abs(ratio - own / gap) < 1e-9 * ratio)
      let profile = try #require(reader.table("By operation, mean of 4 steps"))
      #expect(profile.map { $0[0] } == ["operation", "op0", "2 smaller ones"])
      #expect(profile[2][1] == "0.7 %" && profile[2][2] == "3.000")
      #expect(reader.table("made up")?.map { $0[0] } == ["", "1", "2"])
    }
  }

  @Test(
    "Seeds come in the order of their numbers, and recipes of one name are experiments of their own"
  )
  func orders() throws {
    try withRun { first in
      let parent = String(first.path.dropLast("/seed0".count))
      for seed in [2, 10] {
        let copy = RunFolder(path: "\(parent)/seed\(seed)")
        try FileManager.default.copyItem(atPath: first.path, toPath: copy.path)
        try replace(#/seed: 0/#, by: "seed: \(seed)", in: copy.recipe)
      }
      let folders = try ReportedRun.folders(at: parent)
      #expect(folders.map(\.path) == [0, 2, 10].map { "\(parent)/seed\($0)" })
      let seeds = try reader(folders[0], folders[1], folders[2])
      #expect(seeds.table("Runs")?.map { $0[0] } == ["seed", "0", "2", "10", "mean ± deviation"])

      // The same name, another recipe: better in AUROC, worse in FPR95.
      let other = folders[2]
      try replace(#/learningRate: 0\.05/#, by: "learningRate: 0.04", in: other.recipe)
      let average = try #require(RunResults(contentsOf: first.results).detection.scores["energy"])
        .average
      let text = try String(contentsOfFile: other.results, encoding: .utf8)
        .replacing("\"fpr95_id\" : \(average.fpr95ID)", with: "\"fpr95_id\" : 2")
      try text.write(toFile: other.results, atomically: true, encoding: .utf8)
      /// Which cells of a column are bold.
      func bold(_ caption: String, _ score: String) throws -> [Bool] {
        let both = try reader(first, other)
        #expect(both.root.all("h1").map(\.text) == ["2 experiments"])
        let table = try #require(both.root.all("table").first { $0.all("caption").first?.text == caption })
        let column = try #require(table.all("tr")[0].children.firstIndex { $0.text == score })
        return table.all("tr").dropFirst().map { $0.children[column].children.first?.name == "b" }
      }
      let caption = "FPR95 (fpr95_id), average of the sets, in percent"
      #expect(try bold(caption, "energy") == [true, false])
      #expect(try bold(caption, "msp") == [true, true])
      // Alone in its column nothing is best.
      var document = try #require(
        try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      var scores = try #require(document["scores"] as? [String: Any])
      scores["msp"] = nil
      document["scores"] = scores
      try JSONSerialization.data(withJSONObject: document).write(to: URL(fileURLWithPath: other.results))
      #expect(try bold(caption, "msp") == [false, false])
    }
  }

  @Test("The page's own program is the one that its policy allows")
  func policy() throws {
    try withRun { folder in
      let page = try ReportPage(folders: [folder], store: nil).html
      let script = try #require(page.firstMatch(of: #/<script>([\s\S]*?)<\/script>/#)).1
      var digest = SHA256()
      digest.update(Array(script.utf8))
      let digits = digest.hexDigest()
      let bytes = stride(from: 0, to: 64, by: 2).compactMap { place in
        UInt8(digits.dropFirst(place).prefix(2), radix: 16)
      }
      #expect(page.contains("script-src 'sha256-\(Data(bytes).base64EncodedString())'"))
    }
  }
}
