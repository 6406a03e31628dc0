import Experiments
import Foundation
import Kernels
import Networks
import Tensors
import TestSupport
import Testing
import Training

@Suite("The progress of tables")
struct TableProgressTests {
  private static let quickstart = "Recipes/quickstart.yaml"

  /// A table of one run for each list of overrides, all of the quickstart's recipe, with one seed.
  private func plan(_ runs: [[String]]) throws -> TablePlan {
    let entries = runs.enumerated().map { index, set in
      let overrides = set.map { "'\($0)'" }.joined(separator: ", ")
      return "  run\(index): {small: {recipe: \(Self.quickstart), set: [\(overrides)]}}"
    }
    let rows = runs.indices.map { "  - {name: 'row \($0)', run: run\($0), score: msp}" }
    return try TablePlan(
      TableRuns.file(
        """
        name: tiny-table
        title: Runs
        seeds: 0
        runs:
        \(entries.joined(separator: "\n"))
        rows:
        \(rows.joined(separator: "\n"))
        columns: [{title: AUROC, metric: auroc}]
        """), scale: .small)
  }

  /// Writes the log of a run, so many epochs of a stage at a speed.
  private func write(
    _ overrides: [String], stage: String, epochs: Int, steps: Int, speed: Double, out: String
  )
    throws
  {
    let recipe = try Recipe(path: "\(recipesFolder)/quickstart.yaml", overrides: overrides + ["seed=0"])
    let folder = RunFolder(of: recipe, below: out)
    try folder.create()
    let lines = (1...epochs).map { epoch in
      "{\"stage\": \"\(stage)\", \"epoch\": \(epoch), \"step\": \(steps * epoch), \"learningRate\": 0.1, \"loss\": 1, "
        + "\"imagesPerSecond\": \(speed), \"endsEpoch\": true}\n"
    }
    try lines.joined().write(toFile: folder.log, atomically: true, encoding: .utf8)
  }

  private func cost(_ name: String, logitCount: Int = 10) throws -> Double {
    let arena = Arena()
    let network = try #require(NetworkChoice.named(name)).network(
      logitCount: logitCount, seed: 0, arena: arena)
    return Double(Summary(of: network, height: 32, width: 32, arena: arena).multiplyAccumulates)
  }

  private func share(_ runs: [[String]], out: String) throws -> Double {
    try TableProgress(plan(runs), out: [out], store: drawnOnly).state().share
  }

  @Test("an epoch counts as much as its network and pictures cost: 12 and 41 million multiply-accumulates")
  func expected() throws {
    try withTemporaryFolder { out in
      let (small, large) = (["stages.0.epochs=4"], ["stages.0.epochs=4", "network=resnet20"])
      let few = ["stages.0.epochs=4", "data.train.count=1000"]
      #expect(try share([small, large], out: out) == 0)
      // A speed that was not measured.
      try write(small, stage: "train", epochs: 1, steps: 157, speed: 0, out: out)
      let (one, other) = (try cost("resnet8"), try cost("resnet20"))
      #expect(other > 3 * one)
      let shares = [try share([small, large], out: out), try share([small, few], out: out)]
      expectClose(shares, [one / (4 * one + 4 * other), 1 / 4.4], relative: 1e-12, absolute: 0)
    }
  }

  @Test("outliers count as pictures, a last layer on kept features alone, and stages have their own epochs")
  func stages() throws {
    try withTemporaryFolder { out in
      let plain = ["stages.0.epochs=4"]
      let outliers =
        plain + ["stages.0.method=outlierExposure", "data.auxiliary={set: synthetic-noise, ratio: 2}"]
      try write(plain, stage: "train", epochs: 2, steps: 157, speed: 0, out: out)
      let head = [
        "stages=[{name: a, epochs: 3, batchSize: 64}, {name: b, epochs: 50, from: previous, batchSize: 64, method: augDelete}]"
      ]
      let (whole, last) = (try cost("resnet8"), 640.0)
      let shares = [try share([plain, outliers], out: out), try share([plain, head], out: out)]
      expectClose(
        shares, [2 / 16, 2 * whole / (7 * whole + 50 * last)], relative: 1e-12, absolute: 0)
    }
  }

  @Test("what was measured of a network and method counts, and of the others the mean")
  func measured() throws {
    try withTemporaryFolder { out in
      let runs = [
        ["stages.0.epochs=4"], ["stages.0.epochs=4", "network=resnet20"],
        ["stages.0.epochs=4", "network=resnet20", "stages.0.optimizer.sgd.learningRate=0.05"],
        ["stages.0.epochs=4", "network=resnet14"],
      ]
      // Epochs of 10 and of 25 seconds.
      try write(runs[0], stage: "train", epochs: 2, steps: 100, speed: 640, out: out)
      try write(runs[1], stage: "train", epochs: 1, steps: 100, speed: 256, out: out)
      let (one, two, three) = (try cost("resnet8"), try cost("resnet20"), try cost("resnet14"))
      let unknown = three * 45 / (2 * one + two)
      let all = 4 * 10.0 + 4 * 25 + 4 * 25 + 4 * unknown
      expectClose([try share(runs, out: out)], [45 / all], relative: 1e-12, absolute: 0)
    }
  }

  @Test("finished runs are done, whatever their log tells, and time is left once something was gained")
  func finished() throws {
    try withTemporaryFolder { out in
      let runs = [["stages.0.epochs=4"], ["stages.0.epochs=4", "stages.0.batchSize=32"]]
      try write(runs[0], stage: "train", epochs: 1, steps: 157, speed: 0, out: out)
      let progress = try TableProgress(plan(runs), out: [out], store: drawnOnly)
      #expect(progress.state().remainingSeconds == nil)
      let recipe = try Recipe(path: "\(recipesFolder)/quickstart.yaml", overrides: runs[0] + ["seed=0"])
      try "{}".write(toFile: RunFolder(of: recipe, below: out).results, atomically: true, encoding: .utf8)
      let state = progress.state()
      #expect(state.share == 0.5)
      #expect((progress.finishedCount, progress.count) == (1, 2))
      // Three epochs were gained and four are left.
      #expect(try #require(state.remainingSeconds) > 0)
      try write(runs[1], stage: "train", epochs: 4, steps: 157, speed: 0, out: out)
      #expect(progress.state().remainingSeconds == 0)
    }
  }
}
