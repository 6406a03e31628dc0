import Archives
import Detection
import Foundation
import TestSupport
import Testing

struct ResultsTests {
  private func evaluation(
    _ rule: AverageRule = .meanOfNearAndFar, validation: FeatureTable? = nil
  ) throws -> (DetectionEvaluation, DetectionProtocol) {
    let detectionProtocol = try DetectionProtocol(
      near: ["shapes", "forms"], far: ["noise"], averageRule: rule)
    let evaluation = try DetectionEvaluation(
      inliers: .ofLogits([[4, 0], [0, 3], [2, 0], [1, 0]], labels: [0, 1, 1, 0], name: "test"),
      outliers: [
        .ofLogits([[0.5, 0], [0, 0.25]], name: "noise"), .ofLogits([[3.5, 0], [0.5, 0]], name: "shapes"),
        .ofLogits([[5, 0]], name: "forms"),
      ],
      fitting: FittingTables(validation: validation), under: detectionProtocol)
    return (evaluation, detectionProtocol)
  }

  @Test("Near, far and average are plain means, by either rule")
  func means() throws {
    let (evaluation, _) = try evaluation()
    let results = try #require(try evaluation.outcome(of: [.mls(.init())]).results.scores["mls"])
    #expect(results.sets["shapes"]?.auroc == 0.625)
    #expect(results.sets["forms"]?.auroc == 0)
    #expect(results.near.auroc == 0.3125 && results.far.auroc == 1 && results.average.auroc == 0.65625)
    let (plain, _) = try self.evaluation(.meanOfSets)
    let mean = try #require(try plain.outcome(of: [.mls(.init())]).results.scores["mls"])
    expectClose([mean.average.auroc], [1.625 / 3], relative: 0, absolute: 1e-15)
  }

  @Test("Accuracy, calibration, notes and every image's scores come with the results")
  func outcome() throws {
    let (evaluation, _) = try evaluation()
    let outcome = try evaluation.outcome(of: try ScoreChoice.list(parsing: "mls,energy:T=2"))
    #expect(outcome.results.accuracy == 0.75 && outcome.results.inlierCount == 4 && outcome.notes.isEmpty)
    #expect(outcome.results.expectedCalibrationError > 0)
    #expect(
      outcome.samples.map(\.set) == ["test", "shapes", "forms", "noise", "test", "shapes", "forms", "noise"])
    #expect(outcome.samples[0] == SampleScores(score: "mls", set: "test", values: [4, 3, 2, 1]))
    #expect(outcome.samples[7].score == "energy:T=2")
  }

  @Test("Validation images choose the threshold, else the test images, and the results say which")
  func thresholds() throws {
    let (tested, _) = try evaluation()
    #expect(
      try tested.outcome(of: [.mls(.init())]).results.scores["mls"]?.threshold95
        == AcceptanceThreshold(value: 1, source: .test))
    let (validated, _) = try evaluation(validation: .ofLogits([[7, 0], [2.5, 0]]))
    #expect(
      try validated.outcome(of: [.mls(.init())]).results.scores["mls"]?.threshold95
        == AcceptanceThreshold(value: 2.5, source: .validation))
  }

  @Test("results.json has exactly the promised members")
  func json() throws {
    let (evaluation, _) = try evaluation()
    let text = try evaluation.outcome(of: [.mls(.init())]).results.json()
    let document = try JSON(parsing: Data(text.utf8))
    let figures = [
      "auroc", "aupr_in", "aupr_out", "fpr95_id", "fpr95_ood", "fpr95_id_nearest", "fpr95_ood_nearest",
      "aupr_in_trapezoid", "aupr_out_trapezoid",
    ]
    #expect(document.keys == ["accuracy", "calibration", "counts", "scores"])
    #expect(document["counts"].keys == ["id"] && document["calibration"].keys == ["ece"])
    let score = document["scores"]["mls"]
    #expect(
      score.keys == ["average", "averageRule", "far", "near", "sets", "threshold95", "threshold95Source"])
    #expect(score["averageRule"].string == "(near+far)/2" && score["threshold95Source"].string == "test")
    #expect(score["sets"].keys == ["forms", "noise", "shapes"])
    #expect(score["sets"]["forms"].keys == (figures + ["id_count", "ood_count"]).sorted())
    for row in ["near", "far", "average"] { #expect(score[row].keys == figures.sorted()) }
    #expect(score["sets"]["shapes"]["auroc"].double == 0.625 && score["sets"]["shapes"]["ood_count"].int == 2)
  }

  @Test("Results are read back as they were written, NaN as null, with the same bytes every time")
  func roundTrip() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/results.json"
      let (evaluation, _) = try evaluation()
      let results = try evaluation.outcome(of: try ScoreChoice.list(parsing: "msp,mls,energy")).results
      try results.write(to: path)
      #expect(try DetectionResults(contentsOf: path) == results)
      #expect(try DetectionResults(contentsOf: path).json() == results.json())
      let none = try DetectionProtocol(others: ["empty"])
      let empty = try ScoreResults(
        ["empty": try OODMetrics(inlierScores: [1], outlierScores: [])], under: none,
        threshold95: AcceptanceThreshold(value: .nan, source: .test))
      let unknown = DetectionResults(
        accuracy: .nan, inlierCount: 1, scores: ["msp": empty], expectedCalibrationError: .nan)
      try unknown.write(to: path)
      #expect(try unknown.json().contains("\"accuracy\" : null"))
      #expect(try unknown.json().contains("\"auroc\" : null"))
      let back = try DetectionResults(contentsOf: path)
      #expect(back.accuracy.isNaN && back.scores["msp"]?.near.auroc.isNaN == true)
      #expect(try back.json() == unknown.json())
    }
  }

  @Test("A results.json that is none is named in one sentence")
  func fileErrors() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/results.json"
      for (text, problem) in [
        ("{", "is not a results.json: it is not JSON"),
        ("{\"accuracy\": 1}", "is not a results.json: scores is missing"),
        ("{\"accuracy\": \"high\"}", "is not a results.json: accuracy has the wrong type"),
      ] {
        try AtomicFile.write(text, to: path)
        #expect(throws: FileError(path, problem)) { try DetectionResults(contentsOf: path) }
      }
      #expect(throws: FileError("\(folder)/none", "cannot be read, expected a results.json")) {
        try DetectionResults(contentsOf: "\(folder)/none")
      }
    }
  }

  @Test("Sets that do not fit the protocol are named in one sentence")
  func protocolErrors() throws {
    func expectProblem(_ problem: String, _ body: () throws -> Void) {
      #expect(throws: ProtocolError(description: problem), performing: body)
    }
    expectProblem("the set \"a\" is listed twice") { _ = try DetectionProtocol(near: ["a"], far: ["a"]) }
    expectProblem(
      "averageRule \"(near+far)/2\" needs near and far sets and no others, got 1 near, 0 far, 0 others"
    ) {
      _ = try DetectionProtocol(near: ["a"], averageRule: .meanOfNearAndFar)
    }
    let sets = try DetectionProtocol(near: ["a"], far: ["b"])
    let (inliers, a) = (try FeatureTable.ofLogits([[1]]), try FeatureTable.ofLogits([[1]], name: "a"))
    expectProblem("the set \"b\" has no table") {
      _ = try DetectionEvaluation(inliers: inliers, outliers: [a], under: sets)
    }
    expectProblem("the set \"a\" has two tables") {
      _ = try DetectionEvaluation(inliers: inliers, outliers: [a, a], under: sets)
    }
    expectProblem("the table \"set\" is none of the protocol's sets") {
      _ = try DetectionEvaluation(inliers: inliers, outliers: [a, inliers], under: sets)
    }
    expectProblem("there are no metrics of the set \"a\"") { _ = try sets.means(of: [:]) }
  }

  @Test("The printed table names each set, the means, the convention and the counts")
  func table() throws {
    let (evaluation, detectionProtocol) = try evaluation()
    let results = try #require(try evaluation.outcome(of: [.mls(.init())]).results.scores["mls"])
    let table = DetectionTable(results, score: "mls", under: detectionProtocol)
    #expect(
      table.text == """
        set         AUROC  AUPR-in  AUPR-out   FPR95
        shapes      62.50    80.42     70.00   50.00
        forms        0.00    67.92     20.00  100.00
        near mean   31.25    74.17     45.00   75.00
        noise      100.00   100.00    100.00    0.00
        far mean   100.00   100.00    100.00    0.00
        average     65.62    87.08     72.50   37.50
        Score mls, in percent. AUPR is average precision. The average is (near mean + far mean) / 2.
        FPR95 is fpr95_id, ID positive: OOD accepted at the first threshold that accepts at least 95 % of ID.
        Images: ID 4; OOD shapes 2, forms 1, noise 2.

        """)
    #expect(
      table.markdown.hasPrefix(
        """
        | set | AUROC | AUPR-in | AUPR-out | FPR95 |
        | --- | ---: | ---: | ---: | ---: |
        | shapes | 62.50 | 80.42 | 70.00 | 50.00 |

        """))
    let flagged = DetectionTable(
      results, score: "mls", under: detectionProtocol, falsePositiveRate: .outlierFirst)
    #expect(flagged.rows[0] == ["shapes", "62.50", "80.42", "70.00", "75.00"])
    #expect(
      flagged.captions[1]
        == "FPR95 is fpr95_ood, OOD positive: ID flagged at the first threshold that flags at least 95 % of OOD."
    )
  }
}
