import Detection
import TestSupport
import Testing

struct MetricsTests {
  private let names: [(ours: KeyPath<MetricFigures, Double>, golden: String, sklearn: String)] = [
    (\.auroc, "auroc", "auroc"), (\.auprIn, "aupr_in_ap", "aupr_in"), (\.auprOut, "aupr_out_ap", "aupr_out"),
    (\.fpr95ID, "fpr95_id_positive_first_ge", "fpr95_id"),
    (\.fpr95OOD, "fpr95_ood_positive_first_ge", "fpr95_ood"),
    (\.fpr95IDNearest, "fpr95_id_positive_nearest", "fpr95_id_nearest"),
    (\.fpr95OODNearest, "fpr95_ood_positive_nearest", "fpr95_ood_nearest"),
    (\.auprInTrapezoid, "aupr_in_trapezoid", "aupr_in_trapezoid"),
    (\.auprOutTrapezoid, "aupr_out_trapezoid", "aupr_out_trapezoid"),
  ]

  private func expectFigures(_ entry: JSON, _ case: String, _ key: (Int) -> String) throws {
    let metrics = try OODMetrics(
      inlierScores: entry["inputs"]["id"].flat, outlierScores: entry["inputs"]["ood"].flat)
    for index in names.indices {
      expectClose(
        [metrics.figures[keyPath: names[index].ours]], [entry["outputs"][key(index)].double],
        relative: 0, absolute: 1e-14, "\(`case`) \(key(index))")
    }
    #expect(metrics.inlierCount == entry["inputs"]["id"].array.count)
    #expect(metrics.outlierCount == entry["inputs"]["ood"].array.count)
  }

  @Test("All nine figures agree with the golden values")
  func golden() throws {
    let golden = try Golden("f01_ood_metrics", in: .module)
    #expect(golden.names.count == 9)
    for name in golden.names { try expectFigures(golden[name], name) { names[$0].golden } }
  }

  @Test("All nine figures agree with scikit-learn on scores with many ties")
  func scikitLearn() throws {
    let golden = try Golden("detection_metrics", in: .module)
    #expect(golden.names.count == 5)
    for name in golden.names { try expectFigures(golden[name], name) { names[$0].sklearn } }
  }

  @Test("All nine figures agree with a naive twin on random scores, few and many, tied and not")
  func naiveTwin() throws {
    var sequence = NumberSequence(1)
    for (inlierCount, outlierCount, levels) in [
      (1, 1, 2), (1, 40, 5), (40, 1, 5), (37, 53, 3), (100, 90, 12), (190, 210, 1 << 40), (30, 10, 1 << 20),
    ] {
      for _ in 0..<4 {
        let inliers = sequence.integers(inlierCount, below: levels).map { ($0 - 1) / 4 }
        let outliers = sequence.integers(outlierCount, below: levels).map { ($0 - 2) / 4 }
        let metrics = try OODMetrics(inlierScores: inliers, outlierScores: outliers)
        let naive = NaiveMetrics(inliers: inliers, outliers: outliers).figures
        for (figure, name, _) in names {
          expectClose(
            [metrics.figures[keyPath: figure]], [naive[keyPath: figure]], relative: 0, absolute: 1e-12,
            "\(name) of \(inlierCount)+\(outlierCount)")
        }
      }
    }
  }

  @Test("Enough scores for the radix sort give the figures of a closed formula")
  func manyScores() throws {
    // Outlier k lies just below inlier k and above inlier k−1: n(n+1)/2 pairs are in order.
    let count = 20_000
    let inliers = (0..<count).map { Double(($0 * 7919) % count) - 10_000 }
    let metrics = try OODMetrics(inlierScores: inliers, outlierScores: inliers.map { $0 - 0.5 })
    #expect(metrics.auroc == Double(count + 1) / Double(2 * count))
    #expect(metrics.fpr95ID == 0.95 - 1 / Double(count))
    #expect(metrics.fpr95OOD == 0.95 - 1 / Double(count))
  }

  @Test("Turning the sign swaps the sides; increasing maps change nothing")
  func invariants() throws {
    var sequence = NumberSequence(2)
    let inliers = sequence.integers(300, below: 40).map { $0 + 5 }
    let outliers = sequence.integers(200, below: 40)
    let metrics = try OODMetrics(inlierScores: inliers, outlierScores: outliers)
    let negated = try OODMetrics(inlierScores: inliers.map { -$0 }, outlierScores: outliers.map { -$0 })
    expectClose([metrics.auroc + negated.auroc], [1], relative: 0, absolute: 1e-15)
    let mapped = try OODMetrics(
      inlierScores: inliers.map { $0 * $0 * $0 - 7 }, outlierScores: outliers.map { $0 * $0 * $0 - 7 })
    #expect(mapped == metrics)
    let swapped = try OODMetrics(inlierScores: outliers.map { -$0 }, outlierScores: inliers.map { -$0 })
    #expect(swapped.auprIn == metrics.auprOut && swapped.fpr95ID == metrics.fpr95OOD)
    #expect(
      swapped.fpr95IDNearest == metrics.fpr95OODNearest && swapped.auprInTrapezoid == metrics.auprOutTrapezoid
    )
  }

  @Test("Scores that are all equal give AUROC 0.5 and false positive rates of 1")
  func allEqual() throws {
    let metrics = try OODMetrics(inlierScores: [0, -0.0, 0], outlierScores: [0, 0])
    #expect(metrics.auroc == 0.5 && metrics.auprIn == 0.6 && metrics.auprOut == 0.4)
    #expect(
      [metrics.fpr95ID, metrics.fpr95OOD, metrics.fpr95IDNearest, metrics.fpr95OODNearest] == [1, 1, 1, 1])
  }

  @Test("One positive ranked first has average precision 1; random scores have the share of positives")
  func averagePrecision() throws {
    #expect(try OODMetrics(inlierScores: [9], outlierScores: [1, 2, 3]).auprIn == 1)
    var sequence = NumberSequence(4)
    let metrics = try OODMetrics(
      inlierScores: (0..<30_000).map { _ in sequence.next() },
      outlierScores: (0..<10_000).map { _ in sequence.next() })
    expectClose([metrics.auprIn, metrics.auprOut], [0.75, 0.25], relative: 0, absolute: 0.01)
  }

  @Test("Infinite scores are ordinary, NaN is refused, empty sets have no figures")
  func edges() throws {
    #expect(try OODMetrics(inlierScores: [.infinity, 0], outlierScores: [-.infinity]).auroc == 1)
    #expect(throws: MetricsError(description: "the score of in-distribution image 1 is not a number (NaN)")) {
      try OODMetrics(inlierScores: [0, .nan], outlierScores: [1])
    }
    #expect(
      throws: MetricsError(description: "the score of out-of-distribution image 0 is not a number (NaN)")
    ) {
      try OODMetrics(inlierScores: [0], outlierScores: [-.nan])
    }
    let empty = try OODMetrics(inlierScores: [], outlierScores: [1])
    #expect(names.allSatisfy { empty.figures[keyPath: $0.ours].isNaN })
    #expect(empty.inlierCount == 0 && empty.outlierCount == 1)
  }
}

/// The nine figures by their definitions, in quadratic time.
private struct NaiveMetrics {
  var figures = MetricFigures(repeating: .nan)

  init(inliers: [Double], outliers: [Double]) {
    var pairs = 0.0
    for inlier in inliers {
      for outlier in outliers { pairs += inlier > outlier ? 1 : inlier == outlier ? 0.5 : 0 }
    }
    figures.auroc = pairs / Double(inliers.count * outliers.count)
    let mirrored = (outliers.map { -$0 }, inliers.map { -$0 })
    (figures.auprIn, figures.auprInTrapezoid, figures.fpr95ID, figures.fpr95IDNearest) =
      Self.curve(inliers, outliers)
    (figures.auprOut, figures.auprOutTrapezoid, figures.fpr95OOD, figures.fpr95OODNearest) =
      Self.curve(mirrored.0, mirrored.1)
  }

  private static func curve(
    _ positives: [Double], _ negatives: [Double]
  ) -> (step: Double, trapezoid: Double, first: Double, nearest: Double) {
    let points = Set(positives + negatives).sorted(by: >).map { threshold in
      let truePositives = Double(positives.filter { $0 >= threshold }.count)
      let falsePositives = Double(negatives.filter { $0 >= threshold }.count)
      return (
        recall: truePositives / Double(positives.count),
        precision: truePositives / (truePositives + falsePositives),
        falsePositiveRate: falsePositives / Double(negatives.count)
      )
    }
    var (step, trapezoid) = (0.0, 0.0)
    for (before, point) in zip([(0, 1, 0)] + points, points) {
      step += (point.recall - before.recall) * point.precision
      trapezoid += (point.recall - before.recall) * (point.precision + before.precision) / 2
    }
    let first = points.first { $0.recall >= 0.95 }?.falsePositiveRate ?? .nan
    let complete = points.firstIndex { $0.recall == 1 } ?? 0
    let nearest = points[...complete].reversed().min { abs($0.recall - 0.95) < abs($1.recall - 0.95) }
    return (step, trapezoid, first, nearest?.falsePositiveRate ?? .nan)
  }
}
