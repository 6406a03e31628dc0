import Foundation
import TestSupport
import Testing

@Suite("limen report")
struct ReportTests {
  /// Trains the tiny recipe for those seeds and tells the folder that the seeds share.
  private func withRuns(_ seeds: String, _ body: (_ folder: String, _ runs: String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try tinyRecipe.write(toFile: "\(folder)/tiny.yaml", atomically: true, encoding: .utf8)
      let outcome = try LimenProcess.run("train", "tiny.yaml", "--seeds", seeds, "--quiet", in: folder)
      try #require(outcome.status == 0, "\(outcome.errors)")
      let hashes = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/runs/tiny")
      try #require(hashes.count == 1)
      try body(folder, "runs/tiny/\(hashes[0])")
    }
  }

  private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  @Test(
    "the page lies in the run's folder or in the seeds', or where --out says, and standard output tells where"
  )
  func places() throws {
    try withRuns("0-1") { folder, runs in
      let one = try LimenProcess.run("report", "\(runs)/seed0", in: folder)
      #expect(one.status == 0)
      #expect(one.output == "\(runs)/seed0/report.html\n")
      #expect(one.errors == "reading \(runs)/seed0\n")
      #expect(try text("\(folder)/\(runs)/seed0/report.html").contains("<title>tiny, seed 0</title>"))

      let both = try LimenProcess.run("report", runs, "--quiet", "--threads", "1", in: folder)
      #expect(both.output == "\(runs)/report.html\n" && both.errors == "")
      #expect(try text("\(folder)/\(runs)/report.html").contains("<title>tiny, seeds 0, 1</title>"))

      // A run named twice is one run.
      let elsewhere = try LimenProcess.run(
        "report", "\(runs)/seed1", "\(runs)/seed1", "--out", "page.html", "--no-pictures", "--json",
        "--quiet",
        in: folder)
      let document = try elsewhere.object()
      #expect(document["report"] as? String == "page.html")
      #expect(document["runs"] as? [String] == ["\(runs)/seed1"])
      #expect(document["notes"] as? [String] == [])
      let page = try text("\(folder)/page.html")
      #expect(document["bytes"] as? Int == page.utf8.count)
      #expect(!page.contains("image/png"))
    }
  }

  @Test(
    "what is missing is a note, and a page that cannot be written or a recipe that cannot be read exits with 1"
  )
  func problems() throws {
    try withRuns("0") { folder, runs in
      let run = "\(runs)/seed0"
      try FileManager.default.removeItem(atPath: "\(folder)/\(run)/results.json")
      let unfinished = try LimenProcess.run("report", run, in: folder)
      #expect(unfinished.status == 0)
      #expect(
        unfinished.errors
          == "reading \(run)\nnote: \(run): the run has been trained but not evaluated; limen evaluate \(run) does it\n"
      )
      let nowhere = try LimenProcess.run("report", run, "--quiet", "--out", "no/page.html", in: folder)
      #expect(nowhere.status == 1 && nowhere.output == "")
      #expect(nowhere.errors.hasPrefix("Error: no/page.html: "))
      try "name: [".write(toFile: "\(folder)/\(run)/recipe.yaml", atomically: true, encoding: .utf8)
      let broken = try LimenProcess.run("report", run, "--quiet", in: folder)
      #expect(broken.status == 1 && broken.errors.hasPrefix("Error: \(run)/recipe.yaml:"))
    }
  }
}
