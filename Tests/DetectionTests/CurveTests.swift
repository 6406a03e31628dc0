import Detection
import TestSupport
import Testing

@Suite("Curves and histograms")
struct CurveTests {
  @Test("ROC and precision over recall are scikit-learn's, point by point, under heavy ties")
  func scikitLearn() throws {
    let golden = try Golden("detection_curves", in: .module)
    #expect(golden.names.count == 6)
    for name in golden.names {
      let inputs = golden[name]["inputs"]
      for (side, positive) in [("inliers", DetectionCurve.Positive.inliers), ("outliers", .outliers)] {
        let curve = try DetectionCurve(
          inlierScores: inputs["id"].flat, outlierScores: inputs["ood"].flat, positive: positive)
        let outputs = golden[name]["outputs"][side]
        expectClose(
          curve.points.map(\.falsePositiveRate), outputs["false_positive_rate"].flat, relative: 0,
          absolute: 1e-15, "\(name) \(side) false positive rate")
        expectClose(
          curve.points.map(\.recall), outputs["recall"].flat, relative: 0, absolute: 1e-15,
          "\(name) \(side) recall")
        // scikit-learn leaves out the thresholds behind the one that reaches full recall.
        let kept = outputs["precision"].flat.count
        expectClose(
          Array(curve.points.map(\.precision).prefix(kept)), outputs["precision"].flat, relative: 0,
          absolute: 1e-15, "\(name) \(side) precision")
      }
    }
  }

  @Test("a curve of many scores keeps a few thousand points and loses no area")
  func many() throws {
    var sequence = NumberSequence(11)
    let inliers = (0..<100_000).map { _ in sequence.next() + 0.3 }
    let outliers = (0..<100_000).map { _ in sequence.next() }
    let curve = try DetectionCurve(inlierScores: inliers, outlierScores: outliers)
    #expect(curve.points.count < 20_000)
    let area = zip(curve.points, curve.points.dropFirst()).reduce(0.0) { sum, pair in
      sum + (pair.1.falsePositiveRate - pair.0.falsePositiveRate) * (pair.0.recall + pair.1.recall) / 2
    }
    let metrics = try OODMetrics(inlierScores: inliers, outlierScores: outliers)
    expectClose([area], [metrics.auroc], relative: 0, absolute: 1e-4)
    #expect(curve.points.first?.recall == 0 && curve.points.last?.recall == 1)
    #expect(curve.points.last?.falsePositiveRate == 1)
    #expect(try DetectionCurve(inlierScores: [], outlierScores: [1]).points.isEmpty)
  }

  @Test("the densities of a histogram and what lies outside make one")
  func histogram() throws {
    var sequence = NumberSequence(12)
    let values = (0..<5000).map { _ in sequence.next() } + [1e9, -1e9, .infinity]
    let histogram = try ScoreHistogram([values, [0.5]], binCount: 20)
    #expect(histogram.edges.count == 21 && histogram.densities.map(\.count) == [20, 20])
    #expect((histogram.edges.last ?? 0) < 1.01 && (histogram.edges.first ?? 9) > -0.01)
    let width = histogram.edges[1] - histogram.edges[0]
    for (densities, outside) in zip(histogram.densities, histogram.outside) {
      expectClose([densities.reduce(0, +) * width + outside], [1], relative: 0, absolute: 1e-9)
    }
    let flat = try ScoreHistogram([[2, 2], []], binCount: 4)
    #expect(flat.edges[0] < 2 && flat.edges[4] > 2 && flat.outside == [0, 0])
    #expect(try ScoreHistogram([[]]).edges.count == 61)
    #expect(throws: MetricsError.self) { try ScoreHistogram([[.nan]]) }
  }
}
