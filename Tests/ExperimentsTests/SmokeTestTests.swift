import Experiments
import Foundation
import TestSupport
import Testing
import Training

@Suite("Smoke tests")
struct SmokeTestTests {
  private func test(_ overrides: String...) throws -> SmokeTest {
    SmokeTest(
      try Recipe(RecipeSource(file: "tiny.yaml", text: TinyExperiment.text, overrides: overrides)),
      store: drawnOnly)
  }

  @Test("A recipe whose data and weights are elsewhere runs on drawn pictures, every stage of it")
  func elsewhere() throws {
    let stages = """
      stages=[{epochs: 90, batchSize: 512, from: /no/such.safetensors, schedule: {cosine: {warmup: {epochs: 5}}}}, \
      {name: forget, epochs: 100, method: {unleashingMask: {floor: {chosen: {losses: [1, 2]}}}}}, \
      {name: again, epochs: 90, from: /no/tuned.safetensors, method: {unleashingMask: {floor: previous}}}]
      """
    let outcome = try test(
      "data.train={path: /no/pictures}", "data.validation={path: /no/validation}",
      "data.test={path: /no/others}", "data.near=[{path: /no/outliers}]",
      "data.far=[]", "data.size=224", "data.oodValidation={list: /no/list.txt, root: /no}", stages,
      "evaluate.every=10", "analyses=[trainingCurve, {relativeDecrement: {reference: /no/such/run}}]"
    ).run(logger: silentLogger)
    // Fifty of sixty pictures in batches of eight, two epochs of each stage; trials are not counted.
    #expect(outcome.recipe == "tiny" && outcome.steps == 42 && outcome.seconds > 0)
  }

  @Test("A recipe that confronts with no outliers has nothing to be told of them, and runs")
  func noOutliers() throws {
    let outcome = try test("data.near=[]", "data.far=[]").run(logger: silentLogger)
    #expect(outcome.steps == 14)
  }

  @Test("Weights of a grouped head that are elsewhere have as many logits as the groups want")
  func grouped() throws {
    let outcome = try test(
      "stages=[{epochs: 3, batchSize: 64, from: /no/groups.safetensors, method: {mos: {grouping: {random: {count: 3}}}}}]",
      "evaluate.scores=[mos]"
    ).run(logger: silentLogger)
    #expect(outcome.steps == 14)
  }

  @Test("What would stop a run stops its smoke test, and nothing is left behind")
  func failure() throws {
    try withTemporaryFolder { folder in
      #expect(
        complaint { _ = try test("analyses=[trainingCurve]").run(below: folder, logger: silentLogger) }
          .hasSuffix("has no scores of epochs for analyses.trainingCurve; evaluate.every takes them"))
      let left = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(left.isEmpty)
    }
  }
}
