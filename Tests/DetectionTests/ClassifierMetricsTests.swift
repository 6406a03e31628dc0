import Detection
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

  @Test("Accuracy and calibration refuse grouped logits by name")
  func grouped() throws {
    let table = try FeatureTable(
      name: "mos", logits: Matrix(rows: [[1, 2, 3, 4, 5]]), labels: [0], groups: [2, 1])
    #expect(
      throws: FeatureTableError(
        table: "mos", problem: "a prediction needs one logit per class, and these are grouped")
    ) {
      try Accuracy(of: table)
    }
    #expect(
      throws: FeatureTableError(
        table: "mos", problem: "calibration needs one logit per class, and these are grouped")
    ) {
      try Calibration(of: table)
    }
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

  @Test("Mean and deviation over seeds are those of METHODS' example")
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
