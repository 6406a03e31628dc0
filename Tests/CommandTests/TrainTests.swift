import Foundation
import TestSupport
import Testing

@Suite("limen train and evaluate")
struct TrainTests {
  /// Runs `body` in a folder that holds tiny.yaml.
  private func withRecipe(_ body: (String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try tinyRecipe.write(toFile: "\(folder)/tiny.yaml", atomically: true, encoding: .utf8)
      try body(folder)
    }
  }

  /// The only run folder below `out` of that seed.
  private func runFolder(_ out: String, seed: Int = 0) throws -> String {
    let hashes = try FileManager.default.contentsOfDirectory(atPath: "\(out)/tiny")
    try #require(hashes.count == 1)
    return "\(out)/tiny/\(hashes[0])/seed\(seed)"
  }

  private func bytes(_ path: String) throws -> Data {
    try #require(FileManager.default.contents(atPath: path), "\(path) is not there")
  }

  @Test("results go to standard output, progress to standard error, the run to runs")
  func tables() throws {
    try withRecipe { folder in
      let outcome = try LimenProcess.run("train", "tiny.yaml", in: folder)
      #expect(outcome.status == 0)
      #expect(outcome.output.hasPrefix("tiny, seed 0, checkpoint last: accuracy "))
      for score in ["msp", "mls", "energy"] {
        #expect(outcome.output.contains("\nScore \(score), in percent."))
      }
      #expect(outcome.output.contains("\nsynthetic-unseen "))
      let run = try runFolder("\(folder)/runs").dropFirst(folder.count + 1)
      let progress = outcome.errors.split(separator: "\n").map(String.init)
      #expect(progress.first == "tiny, seed 0: \(run)")
      #expect(progress.contains { $0.hasPrefix("train 1/1  loss ") })
      #expect(progress.last == "written to \(run)")
      // No terminal, no bar.
      #expect(!outcome.errors.contains("\r"))
    }
  }

  @Test("--smoke tells that a recipe works and leaves nothing; --tensorboard writes events beside the run")
  func smokeAndEvents() throws {
    try withRecipe { folder in
      let smoke = try LimenProcess.run("train", "tiny.yaml", "--smoke", in: folder)
      #expect(smoke.status == 0 && smoke.errors == "")
      #expect(smoke.output.hasPrefix("tiny: works, ") && smoke.output.contains(" steps in "))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["tiny.yaml"])
      let both = try LimenProcess.run("train", "tiny.yaml", "--smoke", "--resume", in: folder)
      #expect(both.status == 64 && both.errors.contains("--smoke excludes --dry-run, --resume and --seeds"))
      let train = try LimenProcess.run("train", "tiny.yaml", "--tensorboard", "events", in: folder)
      #expect(train.status == 0)
      let events = try runFolder("\(folder)/runs").replacingOccurrences(
        of: "\(folder)/runs", with: "\(folder)/events")
      let files = try FileManager.default.contentsOfDirectory(atPath: events)
      #expect(files.count == 1 && files[0].hasPrefix("events.out.tfevents."))
    }
  }

  @Test("--json prints the document of results.json, --quiet silences standard error, evaluate repeats both")
  func json() throws {
    try withRecipe { folder in
      let train = try LimenProcess.run(
        "train", "tiny.yaml", "--json", "--quiet", "--out", "there", in: folder)
      #expect(train.status == 0)
      #expect(train.errors == "")
      let run = try runFolder("\(folder)/there")
      let kept = try bytes("\(run)/results.json")
      #expect(Data(train.output.utf8) == kept)
      #expect(try train.object()["recipe"] as? String == "tiny")

      let evaluate = try LimenProcess.run("evaluate", run, "--json", "--quiet", "--threads", "1", in: folder)
      #expect(evaluate.status == 0)
      #expect(evaluate.errors == "")
      #expect(evaluate.output == train.output)
      let other = try LimenProcess.run(
        "evaluate", run, "--json", "--set", "evaluate.scores=[mls]", in: folder)
      let scores = try #require(try other.object()["scores"] as? [String: Any])
      #expect(scores.keys.sorted() == ["mls"])
      #expect(other.errors.hasPrefix("evaluating synthetic\n"))
      let refused = try LimenProcess.run("evaluate", run, "--set", "seed=1", in: folder)
      #expect(refused.status == 1)
      #expect(
        refused.errors
          == "Error: --set seed=1: a trained run can be changed below evaluate and analyses only\n")
    }
  }

  @Test("--seeds gives one run a seed, neighbours in one folder, and still one JSON document")
  func seeds() throws {
    try withRecipe { folder in
      let outcome = try LimenProcess.run("train", "tiny.yaml", "--seeds", "2-3", "--json", in: folder)
      #expect(outcome.status == 0)
      let results = try #require(try outcome.json() as? [[String: Any]])
      #expect(results.map { $0["seed"] as? Int } == [2, 3])
      let runs = "\(folder)/runs"
      #expect(
        try bytes("\(runFolder(runs, seed: 2))/checkpoints/last.safetensors")
          != bytes("\(runFolder(runs, seed: 3))/checkpoints/last.safetensors"))
    }
  }

  @Test("--dry-run tells the cost and leaves nothing behind, not even among temporary files")
  func dryRun() throws {
    try withRecipe { folder in
      try FileManager.default.createDirectory(
        atPath: "\(folder)/temporary", withIntermediateDirectories: true)
      let environment = ["TMPDIR": "\(folder)/temporary"]
      let text = try LimenProcess.run(
        "train", "tiny.yaml", "--dry-run", in: folder, environment: environment)
      #expect(text.status == 0)
      #expect(text.output.hasPrefix("tiny: everything fits; nothing was written\n"))
      #expect(text.output.contains("\n  images       60\n"))
      let json = try LimenProcess.run(
        "train", "tiny.yaml", "--dry-run", "--json", in: folder, environment: environment)
      #expect(
        try json.object().keys.sorted()
          == ["imageCount", "imagesPerSecond", "loss", "peakTensorBytes", "trainingSeconds"])
      #expect(
        try FileManager.default.subpathsOfDirectory(atPath: folder).sorted() == ["temporary", "tiny.yaml"])
    }
  }

  @Test("--profile tells where the time of a step goes, in the run folder and on standard output")
  func profile() throws {
    try withRecipe { folder in
      let outcome = try LimenProcess.run("train", "tiny.yaml", "--profile", "--quiet", in: folder)
      #expect(outcome.status == 0)
      #expect(outcome.output.contains("\noperation "))
      #expect(outcome.output.contains("\nconvolution weight-gradient "))
      let kept = try bytes("\(runFolder("\(folder)/runs"))/profile.json")
      let profile = try #require(try JSONSerialization.jsonObject(with: kept) as? [String: Any])
      // Sixty pictures in batches of twenty.
      #expect(profile["steps"] as? Int == 3)
      let operations = try #require(profile["operations"] as? [[String: Any]])
      let names = operations.compactMap { $0["name"] as? String }
      #expect(Set(["loader", "optimizer", "other", "convolution forward"]).isSubset(of: names))
      #expect(abs(operations.compactMap { $0["share"] as? Double }.reduce(0, +) - 1) < 1e-9)

      let plain = try LimenProcess.run(
        "train", "tiny.yaml", "--quiet", "--out", "plain", in: folder)
      #expect(outcome.output.hasPrefix(plain.output), "a profile changes no result")
      #expect(
        !FileManager.default.fileExists(atPath: "\(try runFolder("\(folder)/plain"))/profile.json"))

      let rehearsal = try LimenProcess.run(
        "train", "tiny.yaml", "--dry-run", "--profile", "--json", "--out", "none", in: folder
      ).object()
      #expect((rehearsal["profile"] as? [String: Any])?["steps"] as? Int ?? 0 > 0)
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/none"))
    }
  }

  @Test("SIGINT and SIGTERM stop after a checkpoint with 130, and --resume ends with the uninterrupted bytes")
  func interruption() throws {
    try withRecipe { folder in
      let options = ["--set", "stages.0.epochs=14", "--set", "logEvery=1", "--quiet"]
      let straight = try LimenProcess(
        ["train", "tiny.yaml", "--out", "straight"] + options, in: folder
      ).outcome()
      #expect(straight.status == 0)

      let broken = ["train", "tiny.yaml", "--out", "broken", "--resume"] + options
      try interrupt(LimenProcess(broken, in: folder), with: SIGINT, afterLines: 5, in: folder)
      try interrupt(LimenProcess(broken, in: folder), with: SIGTERM, afterLines: 14, in: folder)
      let resumed = try LimenProcess(broken, in: folder).outcome()
      #expect(resumed.status == 0)
      #expect(resumed.output == straight.output)
      let (first, second) = (try runFolder("\(folder)/straight"), try runFolder("\(folder)/broken"))
      for file in [
        "checkpoints/last.safetensors", "checkpoints/last.optimizer.safetensors", "results.json",
        "features/synthetic.safetensors",
      ] {
        #expect(try bytes("\(first)/\(file)") == bytes("\(second)/\(file)"), "\(file) differs")
      }
    }
  }

  /// Waits until the log in the folder "broken" has so many lines, sends the signal, and expects a checkpoint.
  private func interrupt(
    _ process: LimenProcess, with signal: Int32, afterLines count: Int, in folder: String
  ) throws {
    while process.isRunning {
      if let run = try? runFolder("\(folder)/broken"),
        let log = try? String(contentsOfFile: "\(run)/log.jsonl", encoding: .utf8),
        log.count(where: { $0 == "\n" }) >= count
      {
        break
      }
      usleep(2_000)
    }
    process.send(signal)
    let outcome = try process.outcome()
    #expect(outcome.status == 130, "\(outcome.errors)")
    #expect(outcome.output == "")
    let run = try runFolder("\(folder)/broken")
    #expect(FileManager.default.fileExists(atPath: "\(run)/checkpoints/last.state.json"))
    #expect(FileManager.default.fileExists(atPath: "\(run)/environment.json"))
    #expect(!FileManager.default.fileExists(atPath: "\(run)/results.json"))
  }
}
