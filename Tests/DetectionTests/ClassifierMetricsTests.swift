import Detection
import Kernels
import TestSupport
import Testing

struct ClassifierMetricsTests {
  @Test("Accuracy counts images with a label; of equal logits the first class counts")
  func accuracy() throws {
    let table = try FeatureTable.ofLogits(
      [[1, 1, 0], [0, 2, 1], [0, 0, 5], [1, 0, 0]], labels: [0, 2, 2, -1])
    let accuracy = try Accuracy(of: table)
    #expect(accuracy.correctCount == 2 && accuracy.count == 3 && accuracy.fraction == 2.0 / 3)
    #expect(try Accuracy(of: .ofLogits([[1, 2]])).fraction.isNaN)
  }

  @Test(
    "Of grouped logits the largest probability within a group decides, others never; ties go to the first")
  func grouped() throws {
    // The worked example of the method: p̂ = (0.665241, 0.377541), whose first group's first class wins.
    let table = try FeatureTable(
      name: "mos",
      logits: Matrix(rows: [[0, 2, 1, 0.5, 0], [9, 1, 1, 9, 1], [9, 0, 0, 9, 5], [0, 0, 0, 0, 0]]),
      labels: [0, 2, 2, 1], groups: [2, 1])
    #expect(try table.predictions() == [0, 2, 2, 2])
    #expect(try Accuracy(of: table).fraction == 0.75)
    let confidence = try SoftmaxConfidence(of: table)
    expectClose(
      [confidence.classes[0], confidence.classes[1]], [0.66524096, 0.5], relative: 1e-7, absolute: 0)
    let calibration = try Calibration(of: table)
    #expect(calibration.expectedError > 0 && calibration.expectedError < 1)
    #expect(try ClassAccuracy(of: table).classes == [1, 0, 1])
    let ties = try FeatureTable(
      name: "ties", logits: Matrix(rows: [[0, 0, 0, 0], [5, 1, 5, 1], [1, 5, 0, 9], [0, 9, 1, 5]]),
      labels: [0, 0, 0, 0], groups: [1, 1])
    #expect(try ties.predictions() == [0, 0, 1, 0])
    let logits = try FeatureTable.ofLogits([[1, 2]])
    #expect(throws: FeatureTableError(table: "set", problem: "the probability of others needs groups")) {
      try OthersProbability(of: logits)
    }
  }

  @Test("Predictions and probabilities of others agree with the golden values")
  func groupedGolden() throws {
    let golden = try Golden("d04_mos", in: .module)["ce"]
    let outputs = golden["outputs"]
    let table = try FeatureTable(
      name: "mos", logits: Matrix(rows: golden["inputs"]["logits"].rows),
      labels: golden["inputs"]["y"].array.map(\.int), groups: golden["inputs"]["group_sizes"].array.map(\.int)
    )
    #expect(try table.predictions() == outputs["pred"].array.map(\.int))
    let groups = try #require(table.classGroups)
    let rows = try #require(table.logits).mapRows { groups.prediction($0).probability }
    let best = outputs["p_hat"].rows.map { Double($0.max() ?? 0) }
    expectClose(rows, best, relative: 2e-6, absolute: 0, "probabilities")
    let others = outputs["p_others"].rows
    let means = (0..<3).map { group in others.reduce(0) { $0 + Double($1[group]) } / Double(others.count) }
    let measured = try OthersProbability(of: table)
    expectClose(measured.groups, means, relative: 2e-6, absolute: 0, "others")
    let scores = outputs["score"].flat
    expectClose(
      [-measured.smallest], [scores.reduce(0, +) / Double(scores.count)], relative: 2e-6, absolute: 0)
  }

  @Test("Scores of plain logits refuse a softmax per group; those of features take it")
  func refusal() throws {
    let table = try FeatureTable(
      name: "mos", features: Matrix(rows: [[1, 0], [0, 1]]),
      logits: Matrix(rows: [[0, 2, 1, 0.5, 0], [9, 1, 1, 9, 1]]), labels: [0, 2],
      head: ClassifierHead(
        weight: Matrix(rows: [[0, 1], [1, 0], [1, 1], [0, 0], [2, 1]]), bias: [0, 0, 0, 0, 0]),
      groups: [2, 1])
    for name in ScoreChoice.allNames {
      let choice = try ScoreChoice(parsing: name)
      let tables = FittingTables(bank: table, validation: table)
      if choice.acceptsGroups, name != "mahalanobis" {
        #expect(try choice.fitted(on: tables).scores(of: table).count == 2, "\(name)")
      } else if !choice.acceptsGroups, !choice.ingredients.contains(.network) {
        #expect(
          throws: ScoreError(
            score: name,
            problem: "it needs one logit a class, and those of the table mos are of a softmax per group")
        ) { _ = try choice.fitted(on: tables).scores(of: table) }
      }
    }
    let names = ScoreChoice.allNames.filter { (try? ScoreChoice(parsing: $0).acceptsGroups) == true }
    #expect(names == ["mahalanobis", "knn", "mos", "rn"])
  }

  @Test("The expected calibration error agrees with the golden values, on bin edges too")
  func golden() throws {
    let golden = try Golden("f03_ece", in: .module)
    for (name, binCount) in [("ece15", 15), ("ece10", 10)] {
      let inputs = golden[name]["inputs"]
      let calibration = try Calibration(
        confidences: inputs["confidence"].flat, isCorrect: inputs["correct"].flat.map { $0 == 1 },
        binCount: binCount)
      expectClose(
        [calibration.expectedError], [golden[name]["outputs"]["ece_right_closed"].double], relative: 0,
        absolute: 1e-15, name)
    }
  }

  @Test("A confidence on an edge belongs to the bin below it")
  func edges() throws {
    // The two halves cancel within one bin, not over two.
    let below = try Calibration(confidences: [0.5, 0.3], isCorrect: [true, false], binCount: 2)
    expectClose([below.expectedError], [0.1], relative: 0, absolute: 1e-15)
    let above = try Calibration(confidences: [0.5, 0.7], isCorrect: [true, false], binCount: 2)
    expectClose([above.expectedError], [0.6], relative: 0, absolute: 1e-15)
  }

  @Test("Bins hold count, accuracy and mean confidence, from which the expected error follows")
  func bins() throws {
    let confidences = (0..<500).map { Double($0 * 7919 % 997 + 3) / 1000 }
    let isCorrect = (0..<500).map { $0 * 31 % 7 < 4 }
    let calibration = try Calibration(confidences: confidences, isCorrect: isCorrect, binCount: 7)
    #expect(calibration.bins.count == 7)
    for (index, bin) in calibration.bins.enumerated() {
      let inside = confidences.indices.filter {
        confidences[$0] > Double(index) / 7 && confidences[$0] <= Double(index + 1) / 7
      }
      #expect(bin.count == inside.count && bin.count > 0)
      let count = Double(inside.count)
      expectClose(
        [bin.accuracy, bin.confidence],
        [
          Double(inside.count { isCorrect[$0] }) / count,
          inside.reduce(0) { $0 + confidences[$1] } / count,
        ], relative: 1e-12, absolute: 0)
    }
    let error = calibration.bins.reduce(0) { $0 + Double($1.count) / 500 * abs($1.accuracy - $1.confidence) }
    expectClose([calibration.expectedError], [error], relative: 1e-12, absolute: 0)
    let empty = try Calibration(confidences: [0.9], isCorrect: [true], binCount: 2).bins
    #expect(empty[0].count == 0 && empty[0].accuracy.isNaN && empty[0].confidence.isNaN)
  }

  @Test("A classifier as confident as it is accurate has no calibration error")
  func perfect() throws {
    let calibration = try Calibration(
      confidences: [0.5, 0.5, 0.75, 0.75, 0.75, 0.75, 1],
      isCorrect: [true, false, true, true, false, true, true])
    #expect(calibration.expectedError == 0)
    #expect(try Calibration(confidences: [], isCorrect: []).expectedError.isNaN)
    #expect(throws: MetricsError(description: "the confidence of image 1 is 1.5, expected 0 to 1")) {
      try Calibration(confidences: [1, 1.5], isCorrect: [true, true])
    }
  }

  @Test("The calibration of a table is that of its largest probabilities on labelled images")
  func calibrationOfTable() throws {
    let calibration = try Calibration(of: .ofLogits([[0, 0], [1000, 0], [5, 5]], labels: [0, 1, -1]))
    expectClose([calibration.expectedError], [0.75], relative: 0, absolute: 1e-12)
  }

  @Test("Mean and deviation over seeds are those of a worked example")
  func meanDeviation() {
    let runs = MeanDeviation([92.9, 92.5, 93.2, 92.7, 93.0, 93.1])
    expectClose(
      [runs.mean, runs.deviation, runs.sampleDeviation], [92.9, 0.238048, 0.260768], relative: 0,
      absolute: 5e-7)
    #expect(runs.count == 6 && runs.text() == "92.90 ± 0.24 (6)")
    #expect(MeanDeviation([0.5]).text(decimals: 1, scale: 100) == "50.0 ± 0.0 (1)")
    #expect(MeanDeviation([0.5]).sampleDeviation.isNaN && MeanDeviation([]).mean.isNaN)
  }
}
