import Archives
import Detection
import Foundation
import TestSupport
import Testing

@Suite("Protocols")
struct ProtocolTests {
  private let published = PublishedProtocol(
    name: "bench", about: "A test.", near: ["a", "b"], far: ["c", "d"], averageRule: .meanOfNearAndFar,
    convention: ReportingConvention(
      falsePositiveRate: .outlierFirst, precisionRecall: .trapezoid, source: "Bench"))

  @Test("a protocol over some of its sets keeps their groups and names those that are missing")
  func applied() throws {
    let (applied, missing) = try published.applied(to: ["d", "a"])
    #expect(applied.near == ["a"] && applied.far == ["d"] && missing == ["b", "c"])
    #expect(applied.averageRule == .meanOfNearAndFar && applied.convention == published.convention)
    #expect(
      throws: ProtocolError(description: "the set \"e\" is none of those of bench: a, b, c, d")
    ) { try published.applied(to: ["a", "e"]) }
    #expect(
      throws: ProtocolError(
        description:
          "averageRule \"(near+far)/2\" needs near and far sets and no others, got 2 near, 0 far, 0 others"
      )
    ) { try published.applied(to: ["a", "b"]) }
  }

  @Test("a table shows the protocol's figures and says whose they are")
  func convention() throws {
    let (applied, _) = try published.applied(to: ["a", "c"])
    let evaluation = try DetectionEvaluation(
      inliers: .ofLogits([[9, 0], [5, 0], [1, 0]], name: "id"),
      outliers: [.ofLogits([[7, 0], [6, 0]], name: "a"), .ofLogits([[0, 0], [3, 0]], name: "c")],
      under: applied)
    let results = try #require(try evaluation.outcome(of: [.mls(.init())]).results.scores["mls"])
    let table = DetectionTable(results, score: "mls", under: applied)
    let figures = try #require(results.sets["a"]).figures
    func percent(_ value: Double) -> String { String(format: "%.2f", value * 100) }
    #expect(
      table.rows[0] == ["a"]
        + [figures.auroc, figures.auprInTrapezoid, figures.auprOutTrapezoid, figures.fpr95OOD].map(percent))
    #expect(table.captions[0].contains("AUPR is the area by trapezoids."))
    #expect(table.captions[1].hasPrefix("FPR95 is fpr95_ood, OOD positive"))
    #expect(table.captions[2] == "The figures are those that Bench reports.")
  }

  @Test("images of known classes move to the known side, of each set for itself")
  func knownClasses() throws {
    let moving = try DetectionProtocol(far: ["x", "y"], countsKnownClasses: true)
    let inliers = try FeatureTable.ofLogits([[4, 0], [2, 0]], labels: [0, 0], name: "id")
    let mixed = try FeatureTable.ofLogits([[3, 0], [9, 0], [1, 0]], labels: [-1, 1, -1], name: "x")
    let pure = try FeatureTable.ofLogits([[3, 0]], labels: [-1], name: "y")
    let outcome = try DetectionEvaluation(inliers: inliers, outliers: [mixed, pure], under: moving)
      .outcome(of: [.mls(.init())])
    let score = try #require(outcome.results.scores["mls"])
    #expect(score.sets["x"] == (try OODMetrics(inlierScores: [4, 2, 9], outlierScores: [3, 1])))
    #expect(score.sets["y"] == (try OODMetrics(inlierScores: [4, 2], outlierScores: [3])))
    #expect(outcome.notes == ["images of known classes count as in-distribution: 1 of x"])
    // Accuracy is that of the test set alone, and the samples are as they were.
    #expect(outcome.results.accuracy == 1 && outcome.samples[1].values == [3, 9, 1])
    let table = DetectionTable(score, score: "mls", under: moving)
    #expect(table.captions.last == "Images: ID with x 3, with y 2; OOD x 2, y 1.")

    let still = try DetectionProtocol(far: ["x", "y"])
    let other = try DetectionEvaluation(inliers: inliers, outliers: [mixed, pure], under: still)
      .outcome(of: [.mls(.init())])
    #expect(other.results.scores["mls"]?.sets["x"]?.outlierCount == 3 && other.notes.isEmpty)
    let unlabelled = try DetectionEvaluation(
      inliers: inliers, outliers: [pure],
      under: DetectionProtocol(far: ["y"], countsKnownClasses: true))
    #expect(
      try unlabelled.outcome(of: [.mls(.init())]).notes == [
        "the protocol counts images of known classes as in-distribution, but no image has a label"
      ])
  }

  @Test("tables of different networks and sets without images are told in a sentence")
  func mismatch() throws {
    let inliers = try FeatureTable.ofLogits([[1, 2, 3]], name: "id")
    #expect(
      throws: FeatureTableError(
        table: "x", problem: "logits has width 2, but 3 in the in-distribution table id")
    ) {
      try DetectionEvaluation(
        inliers: inliers, outliers: [.ofLogits([[1, 2]], name: "x")], under: DetectionProtocol(others: ["x"]))
    }
    let empty = try FeatureTable(
      name: "x", logits: Matrix(rowCount: 0, columnCount: 3, values: []), labels: [])
    let outcome = try DetectionEvaluation(
      inliers: inliers, outliers: [empty], under: DetectionProtocol(others: ["x"])
    ).outcome(of: [.mls(.init())])
    #expect(outcome.notes == ["the set x has no images, so its figures are undefined"])
    #expect(outcome.results.scores["mls"]?.average.auroc.isNaN == true)
    #expect(outcome.costs["mls"]?.millisecondsPerImage ?? -1 >= 0)
  }

  @Test("the LaTeX table compiles: rows end, special characters are escaped")
  func latex() throws {
    let plain = try DetectionProtocol(others: ["a_b&c"])
    let results = try ScoreResults(
      ["a_b&c": OODMetrics(inlierScores: [2], outlierScores: [1])], under: plain,
      threshold95: AcceptanceThreshold(value: 2, source: .test))
    let lines = DetectionTable(results, score: "mls", under: plain).latex.split(separator: "\n")
    #expect(
      lines.prefix(7) == [
        "\\begin{tabular}{lrrrr}", "\\toprule", "set & AUROC & AUPR-in & AUPR-out & FPR95 \\\\", "\\midrule",
        "a\\_b\\&c & 100.00 & 100.00 & 100.00 & 0.00 \\\\", "average & 100.00 & 100.00 & 100.00 & 0.00 \\\\",
        "\\bottomrule",
      ])
    #expect(lines[8].hasPrefix("\\par\\footnotesize Score mls, in percent."))
    #expect(lines[9].contains("95 \\% of ID"))
  }

  @Test("the spreadsheet has every figure in full, and quotes what must be")
  func spreadsheet() throws {
    let plain = try DetectionProtocol(others: ["a,b"])
    let results = try ScoreResults(
      ["a,b": OODMetrics(inlierScores: [3, 1, 2], outlierScores: [2, 0, 0])], under: plain,
      threshold95: AcceptanceThreshold(value: 2, source: .test))
    let all = DetectionResults(
      accuracy: 1, inlierCount: 3, scores: ["mls": results], expectedCalibrationError: 0)
    let lines = DetectionSpreadsheet.text(all, scores: ["mls"], under: plain).split(
      separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 6 && lines[5] == "")
    #expect(lines[0].hasPrefix("score,set,auroc,aupr_in,aupr_out,fpr95_id,"))
    #expect(lines[1].hasPrefix("mls,\"a,b\",\(results.average.auroc),"))
    #expect(lines[2] == "mls,near,,,,,,,,,,,")
    let width = lines[0].split(separator: ",").count
    #expect(lines[4].split(separator: ",", omittingEmptySubsequences: false).count == width)
    let interval = try Bootstrap(replicateCount: 3).interval(
      inlierScores: [3, 1, 2], outlierScores: [2, 0, 0])
    let wide = DetectionSpreadsheet.text(
      all, scores: ["mls"], under: plain, intervals: ["mls": ["a,b": interval]]
    ).split(separator: "\n")
    #expect(wide[0].hasSuffix("aupr_in_trapezoid_upper,aupr_out_trapezoid_upper"))
    #expect(wide[2].split(separator: ",", omittingEmptySubsequences: false).count == width + 18)
  }

  @Test("per-image scores are written as safetensors and as a spreadsheet that reads back exactly")
  func samples() throws {
    let samples = [
      SampleScores(score: "mls", set: "id", values: [0.1, 1.0 / 3]),
      SampleScores(score: "mls", set: "far,off", values: [-2.5]),
      SampleScores(score: "energy:T=2", set: "id", values: [7, 1e-300]),
      SampleScores(score: "energy:T=2", set: "far,off", values: [-.infinity]),
    ]
    try withTemporaryFolder { folder in
      try SampleScores.writeSafeTensors(samples, to: "\(folder)/s.safetensors")
      let file = try SafeTensorsFile("\(folder)/s.safetensors")
      #expect(file.names == ["mls/id", "mls/far,off", "energy:T=2/id", "energy:T=2/far,off"])
      #expect(try file.doubles(of: "mls/id") == samples[0].values)
      try SampleScores.writeSpreadsheet(samples, to: "\(folder)/s.csv")
      let text = try String(contentsOfFile: "\(folder)/s.csv", encoding: .utf8)
      #expect(
        text == """
          set,index,mls,energy:T=2
          id,0,0.1,7.0
          id,1,0.3333333333333333,1e-300
          "far,off",0,-2.5,-inf

          """)
    }
  }
}
