import Foundation
import TestSupport
import Testing

@Suite("limen table")
struct TableTests {
  private static let table = """
    name: tiny-table
    title: Tiny
    seeds: {small: 0-1}
    baseline: plain
    runs:
      plain: {small: tiny.yaml}
      next: {small: tiny.yaml, from: plain, set: [stages.0.optimizer.sgd.learningRate=0.01]}
    rows:
      - {name: plain, run: plain, score: msp}
      - {name: next, run: next, score: energy}
    columns:
      - {title: AUROC, metric: auroc}
      - {title: accuracy, metric: accuracy}

    """

  private func withTable(_ change: (String) -> String = { $0 }, _ body: (String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try tinyRecipe.write(toFile: "\(folder)/tiny.yaml", atomically: true, encoding: .utf8)
      try change(Self.table).write(toFile: "\(folder)/table.yaml", atomically: true, encoding: .utf8)
      try body(folder)
    }
  }

  private func results(_ folder: String) throws -> [String] {
    (FileManager.default.subpaths(atPath: folder) ?? []).filter { $0.hasSuffix("/results.json") }
  }

  @Test("--run makes what is missing, in order, and prints the table; a second time it makes nothing")
  func run() throws {
    try withTable { folder in
      let empty = try LimenProcess.run("table", "table.yaml", in: folder)
      #expect(empty.status == 0)
      #expect(empty.output.contains("| plain |     – |        – |"))
      let first = try LimenProcess.run("table", "table.yaml", "--run", "--threads", "1", in: folder)
      #expect(first.status == 0, "\(first.errors)")
      #expect(try results("\(folder)/runs").count == 4)
      #expect(first.output.contains(#/\| next +\| .* \(2\)/#))
      #expect(first.output.contains("| less plain |"))
      #expect(
        FileManager.default.subpaths(atPath: "\(folder)/runs")?.contains { $0.contains("claims") }
          == false)
      let dates = try results("\(folder)/runs").map {
        try FileManager.default.attributesOfItem(atPath: "\(folder)/runs/\($0)")[.modificationDate] as? Date
      }
      let again = try LimenProcess.run("table", "table.yaml", "--run", in: folder)
      #expect(again.status == 0)
      #expect(again.output == first.output)
      #expect(
        try results("\(folder)/runs").map {
          try FileManager.default.attributesOfItem(atPath: "\(folder)/runs/\($0)")[.modificationDate] as? Date
        } == dates)

      let json = try LimenProcess.run("table", "table.yaml", "--json", "--quiet", in: folder)
      #expect(try json.object()["name"] as? String == "tiny-table")
      #expect(json.errors == "")
      let file = try LimenProcess.run("table", "table.yaml", "--out", "table.tex", "--quiet", in: folder)
      #expect(file.output == "")
      #expect(try String(contentsOfFile: "\(folder)/table.tex", encoding: .utf8).contains("\\toprule"))
      let runs = try LimenProcess.run("table", "runs/tiny", "--quiet", in: folder)
      #expect(runs.output.contains("| tiny, msp"))
    }
  }

  @Test(
    "--run evaluates runs with scores that a table shows and their recipe does not name, and keeps those they have"
  )
  func scores() throws {
    func table(_ score: String) -> (String) -> String {
      {
        $0.replacing("seeds: {small: 0-1}", with: "seeds: {small: 0}")
          .replacing(
            "  - {name: next", with: "  - {name: more, run: plain, score: '\(score)'}\n  - {name: next")
      }
    }
    try withTable(table("knn:k=5")) { folder in
      func scores() throws -> [String] {
        try results("\(folder)/runs").map {
          let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/runs/\($0)"))
          let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
          return (object?["scores"] as? [String: Any] ?? [:]).keys.sorted().joined(separator: " ")
        }.sorted()
      }
      let arguments = ["table", "table.yaml", "--run", "--threads", "1", "--bootstrap", "0"]
      let first = try LimenProcess(arguments, in: folder).outcome()
      #expect(first.status == 0, "\(first.errors)")
      #expect(first.output.contains(#/\| more +\| .*\(1\)/#), "\(first.output)")
      #expect(try scores() == ["energy knn:k=5 mls msp", "energy mls msp"])
      // A finished run gets what another table shows.
      try table("rn")(Self.table).write(toFile: "\(folder)/table.yaml", atomically: true, encoding: .utf8)
      #expect(try LimenProcess(arguments, in: folder).outcome().status == 0)
      #expect(try scores() == ["energy knn:k=5 mls msp rn", "energy mls msp"])
      let last = try LimenProcess(arguments, in: folder).outcome()
      #expect(!last.errors.contains("evaluating"), "\(last.errors)")
      #expect(
        FileManager.default.subpaths(atPath: "\(folder)/runs")?.contains { $0.contains("claims") } == false)
    }
  }

  @Test("workers share the runs out, one that is killed is succeeded, and no run is made twice")
  func killed() throws {
    let long = "stages.0.epochs=30"
    try withTable({ $0.replacing("seeds: {small: 0-1}", with: "seeds: {small: 0-2}\nsmall: [\(long)]") }) {
      folder in
      let arguments = ["table", "table.yaml", "--run", "--threads", "1"]
      let victim = try LimenProcess(arguments, in: folder)
      // Until it has begun to train.
      for _ in 0..<400 where try !begun(folder) { Thread.sleep(forTimeInterval: 0.05) }
      #expect(try begun(folder))
      let others = try (0..<2).map { _ in try LimenProcess(arguments, in: folder) }
      Thread.sleep(forTimeInterval: 0.3)
      victim.send(SIGKILL)
      #expect(try victim.outcome().status == 137)
      for other in others {
        let outcome = try other.outcome()
        #expect(outcome.status == 0, "\(outcome.errors)")
      }
      let finished = try results("\(folder)/runs")
      #expect(finished.count == 6)
      for results in finished {
        // Each epoch once: no run was begun anew, none written by two.
        let log = try String(
          contentsOfFile: "\(folder)/runs/" + results.replacing("results.json", with: "log.jsonl"),
          encoding: .utf8)
        let epochs = log.matches(of: #/"epoch":(\d+)/#).compactMap { Int($0.1) }
        #expect(epochs == Array(1...30), "\(results): \(epochs)")
      }
      #expect(
        FileManager.default.subpaths(atPath: "\(folder)/runs")?.contains { $0.contains("earlier") }
          == false)
    }
  }

  private func begun(_ folder: String) throws -> Bool {
    (FileManager.default.subpaths(atPath: "\(folder)/runs") ?? []).contains {
      $0.hasSuffix("last.state.json")
    }
  }

  @Test("--jobs makes several side by side; a run that fails is told, and so are those that go on from it")
  func jobs() throws {
    try withTable { folder in
      let outcome = try LimenProcess.run(
        "table", "table.yaml", "--run", "--jobs", "2", "--threads", "2", in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(try results("\(folder)/runs").count == 4)
    }
    try withTable({
      $0.replacing(
        "plain: {small: tiny.yaml}", with: "plain: {small: tiny.yaml, set: ['data.train={path: nowhere}']}")
    }) { folder in
      // Each command tries again, but of several workers one only.
      for jobs in ["1", "2", "2"] {
        let outcome = try LimenProcess.run("table", "table.yaml", "--run", "--jobs", jobs, in: folder)
        #expect(outcome.status == 1)
        let told = outcome.errors.split(separator: "\n")
        for seed in 0...1 {
          #expect(told.filter { $0.hasPrefix("error: plain, seed \(seed): ") }.count == 1, "\(told)")
          #expect(told.filter { $0.hasPrefix("plain, seed \(seed): ") }.count == 1, "\(told)")
          let next = "next, seed \(seed): goes on from plain, seed \(seed), which could not be made"
          #expect(told.filter { $0 == next }.count == 1, "\(told)")
        }
        #expect(outcome.output.contains("| plain |"))
      }
    }
  }

  @Test("a run that could never begin is told before any is made")
  func hopeless() throws {
    try withTable({ $0.replacing("[stages.0", with: "[data.test.set=nowhere, stages.0") }) {
      folder in
      let outcome = try LimenProcess.run("table", "table.yaml", "--run", in: folder)
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("table.yaml: run 'next': data.test: "), "\(outcome.errors)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/runs"))
    }
  }

  @Test("--seeds with --resume passes over what is finished")
  func sweep() throws {
    try withTable { folder in
      #expect(try LimenProcess.run("train", "tiny.yaml", "--seed", "1", in: folder).status == 0)
      let outcome = try LimenProcess.run("train", "tiny.yaml", "--seeds", "0-1", "--resume", in: folder)
      #expect(outcome.status == 0)
      #expect(outcome.errors.contains("tiny, seed 1: finished before"))
      #expect(try results("\(folder)/runs").count == 2)
    }
  }

  @Test("--slurm prints a script that the shell reads, an array of --jobs tasks of the same command")
  func slurm() throws {
    try withTable { folder in
      let outcome = try LimenProcess.run(
        "table", "table.yaml", "--slurm", "--jobs", "3", "--threads", "2", "--out", "it's runs", in: folder)
      #expect(outcome.status == 0)
      #expect(outcome.output.contains("#SBATCH --array=1-3\n"))
      #expect(outcome.output.contains("#SBATCH --cpus-per-task=2\n"))
      #expect(outcome.output.contains("table table.yaml --run --worker --out 'it'\\''s runs' --scale small"))
      try outcome.output.write(toFile: "\(folder)/script", atomically: true, encoding: .utf8)
      let bash = Process()
      bash.executableURL = URL(fileURLWithPath: "/bin/bash")
      bash.arguments = ["-n", "\(folder)/script"]
      try bash.run()
      bash.waitUntilExit()
      #expect(bash.terminationStatus == 0)
    }
  }

  @Test("wrong combinations are refused")
  func refusals() throws {
    try withTable { folder in
      let (idle, running) = try (
        LimenProcess.run("table", "table.yaml", "--jobs", "0", in: folder),
        LimenProcess.run("table", folder, "--run", in: folder)
      )
      #expect(idle.status == 64 && running.status == 64)
      let missing = try LimenProcess.run("table", "no.yaml", in: folder)
      #expect(missing.errors.contains("no.yaml: no such file"))
    }
  }
}
