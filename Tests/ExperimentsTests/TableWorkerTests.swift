import Archives
import Experiments
import Foundation
import Logging
import TestSupport
import Testing
import Training

/// A worker beside others that hold runs, in this process.
@Suite("Workers of tables")
struct TableWorkerTests {
  /// Asks for an end after so many steps, or after so many questions while others work.
  private final class Impatient: TrainingObserver {
    private let steps: Int
    private let questions: Int
    private var (taken, asked) = (0, 0)

    init(steps: Int = .max, questions: Int = .max) {
      self.steps = steps
      self.questions = questions
    }

    var wantsInterruption: Bool {
      asked += 1
      return taken >= steps || asked > questions
    }

    func didStep(_ report: StepReport) { taken += 1 }

    func didFinishEpoch(_ line: RunLog.Line) {}
  }

  private func withPlan(_ change: String = "", _ body: (TablePlan, String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try TinyExperiment.text.write(toFile: "\(folder)/tiny.yaml", atomically: true, encoding: .utf8)
      let text = """
        name: two
        title: Two
        runs:
          first: {small: {recipe: \(folder)/tiny.yaml, set: [\(change)]}}
          second: {small: \(folder)/tiny.yaml, from: first}
        rows: [{name: second, run: second, score: msp}]
        columns: [{title: AUROC, metric: auroc}]
        """
      try body(TablePlan(TableRuns.file(text), scale: .small), "\(folder)/runs")
    }
  }

  /// What a worker begins and how it ends.
  private func work(
    _ plan: TablePlan, _ out: String, _ observer: Impatient
  ) throws -> (begun: [String], outcome: TableWorker.Outcome) {
    let worker = try TableWorker(plan, out: [out], store: drawnOnly, patience: 0.5) { _ in }
    var begun: [String] = []
    let outcome = try worker.work(observer: observer, logger: silentLogger) { begun.append($0) }
    return (begun, outcome)
  }

  private func firstFolder(_ out: String, _ overrides: String...) throws -> RunFolder {
    let recipe = try Recipe(
      RecipeSource(file: "tiny.yaml", text: TinyExperiment.text, overrides: overrides))
    return RunFolder(of: recipe, below: out)
  }

  @Test("A run that another works on is waited for, and so is one whose weights it makes")
  func waiting() throws {
    try withPlan { plan, out in
      let folder = try firstFolder(out)
      let claim = try #require(try RunClaim.take(folder) {})
      let (begun, outcome) = try work(plan, out, Impatient(questions: 4))
      #expect(begun.isEmpty && outcome.isInterrupted && outcome.failures.isEmpty)
      claim.finish()
    }
  }

  @Test("A run that is trained without a claim is left alone")
  func locked() throws {
    try withPlan { plan, out in
      let folder = try firstFolder(out)
      try folder.create()
      let lock = try RunLock(folder)
      let (begun, outcome) = try work(plan, out, Impatient(questions: 4))
      #expect(begun.isEmpty && outcome.isInterrupted && outcome.failures.isEmpty)
      withExtendedLifetime(lock) {}
    }
  }

  @Test("A worker that is interrupted, or whose run fails, gives the run up to others")
  func givenUp() throws {
    try withPlan { plan, out in
      let (begun, outcome) = try work(plan, out, Impatient(steps: 2))
      #expect(begun == ["first, seed 0"] && outcome.isInterrupted)
      let claim = try RunClaim.take(firstFolder(out)) {}
      #expect(claim != nil)
    }
    try withPlan("data.train.set=nowhere") { plan, out in
      let (begun, outcome) = try work(plan, out, Impatient(questions: 20))
      #expect(begun == ["first, seed 0"] && !outcome.isInterrupted)
      #expect(outcome.failures.map { $0.run } == ["first, seed 0", "second, seed 0"])
      #expect(outcome.failures.last?.reason == "goes on from first, seed 0, which could not be made")
      let folder = try firstFolder(out, "data.train.set=nowhere")
      let (hasty, later) = try (
        RunClaim.take(folder) {}, RunClaim.take(folder, after: RunClaim.failure(of: folder)) {}
      )
      #expect(hasty == nil && later != nil)
    }
  }
}
