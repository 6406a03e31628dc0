import Detection
import Kernels
import TestSupport
import Testing

@Suite("Bootstrap")
struct BootstrapTests {
  private func scores(_ seed: UInt64, _ count: Int, above shift: Double) -> [Double] {
    var sequence = NumberSequence(seed)
    return (0..<count).map { _ in (sequence.next() * 40).rounded() / 40 + shift }
  }

  @Test("the figures of a draw are those of the drawn images, for every figure, ties included")
  func resampling() throws {
    let (inliers, outliers) = (scores(1, 37, above: 0.2), scores(2, 23, above: 0))
    var expected: [OODMetrics] = []
    for replicate in 0..<40 {
      func drawn(_ values: [Double], _ side: Int) -> [Double] {
        var stream = RandomStream(seed: 5, purpose: .bootstrap, epoch: side, index: replicate)
        return values.map { _ in values[stream.below(values.count)] }
      }
      expected.append(try OODMetrics(inlierScores: drawn(inliers, 0), outlierScores: drawn(outliers, 1)))
    }
    let interval = try Bootstrap(replicateCount: 40, level: 0.5, seed: 5)
      .interval(inlierScores: inliers, outlierScores: outliers)
    let figures: [KeyPath<MetricFigures, Double>] = [
      \.auroc, \.auprIn, \.auprOut, \.fpr95ID, \.fpr95OOD, \.fpr95IDNearest, \.fpr95OODNearest,
      \.auprInTrapezoid, \.auprOutTrapezoid,
    ]
    for figure in figures {
      let values = expected.map { $0.figures[keyPath: figure] }.sorted()
      // Positions 9.75 and 29.25 of 0 … 39.
      let lower = values[9] + 0.75 * (values[10] - values[9])
      let upper = values[29] + 0.25 * (values[30] - values[29])
      expectClose(
        [interval.lower[keyPath: figure], interval.upper[keyPath: figure]], [lower, upper], relative: 0,
        absolute: 1e-14)
    }
  }

  @Test("drawn figures agree with scikit-learn's on the same draw")
  func scikitLearn() throws {
    let golden = try Golden("detection_curves", in: .module)
    for name in golden.names {
      let inputs = golden[name]["inputs"]
      func drawn(_ side: String) -> [Double] {
        let values = inputs[side].flat
        return inputs["\(side)_draw"].flat.map { values[Int($0)] }
      }
      let metrics = try OODMetrics(inlierScores: drawn("id"), outlierScores: drawn("ood"))
      let outputs = golden[name]["outputs"]["resampled"]
      expectClose(
        [metrics.auroc, metrics.auprIn, metrics.auprOut],
        [outputs["auroc"].double, outputs["aupr_in"].double, outputs["aupr_out"].double], relative: 0,
        absolute: 1e-14, name)
    }
  }

  @Test("intervals hold the figure, have the same bits on any number of threads and follow the seed")
  func determinism() throws {
    let (inliers, outliers) = (scores(3, 300, above: 0.3), scores(4, 200, above: 0))
    let figure = try OODMetrics(inlierScores: inliers, outlierScores: outliers).auroc
    let bootstrap = Bootstrap(replicateCount: 100)
    let intervals = try [1, 2, 3, 7].map { threads in
      try Parallel.withThreads(threads) {
        try bootstrap.interval(inlierScores: inliers, outlierScores: outliers)
      }
    }
    #expect(intervals.allSatisfy { $0 == intervals[0] })
    #expect(intervals[0].lower.auroc < figure && figure < intervals[0].upper.auroc)
    #expect(intervals[0].upper.auroc - intervals[0].lower.auroc < 0.12)
    let other = try Bootstrap(replicateCount: 100, seed: 1)
      .interval(inlierScores: inliers, outlierScores: outliers)
    #expect(other != intervals[0])
    let narrow = try Bootstrap(replicateCount: 100, level: 0.5)
      .interval(inlierScores: inliers, outlierScores: outliers)
    #expect(narrow.lower.auroc > intervals[0].lower.auroc && narrow.upper.auroc < intervals[0].upper.auroc)
  }

  @Test("a 95 % interval holds the true AUROC in about 95 % of samples")
  func coverage() throws {
    // The inliers are uniform on 0.3 … 1.3, the outliers on 0 … 1: P(i > o) = 1 − 0.7²/2.
    let truth = 1 - 0.7 * 0.7 / 2
    var held = 0
    for trial in 0..<200 {
      var sequence = NumberSequence(UInt64(1000 + trial))
      let inliers = (0..<80).map { _ in sequence.next() + 0.3 }
      let outliers = (0..<80).map { _ in sequence.next() }
      let interval = try Bootstrap(replicateCount: 200, seed: UInt64(trial))
        .interval(inlierScores: inliers, outlierScores: outliers)
      if interval.lower.auroc <= truth, truth <= interval.upper.auroc { held += 1 }
    }
    // Binomial with 200 trials: 179 … 199 covers more than 99.9 %.
    #expect((176...199).contains(held), "\(held) of 200")
  }

  @Test("paired draws are narrower than the scores' own intervals, zero for one score against itself")
  func paired() throws {
    let (inliers, outliers) = (scores(5, 200, above: 0.2), scores(6, 200, above: 0))
    let bootstrap = Bootstrap(replicateCount: 200)
    let same = try bootstrap.difference(
      inlierScores: (inliers, inliers), outlierScores: (outliers, outliers))
    #expect(same.lower == MetricFigures(repeating: 0) && same.upper == MetricFigures(repeating: 0))
    // The second is the first with a little noise: their difference is surer than either.
    var sequence = NumberSequence(7)
    let better = inliers.map { $0 + 0.05 + 0.01 * sequence.next() }
    let gain = try bootstrap.difference(
      inlierScores: (better, inliers), outlierScores: (outliers, outliers))
    let alone = try bootstrap.interval(inlierScores: inliers, outlierScores: outliers)
    #expect(gain.lower.auroc > 0)
    #expect(gain.upper.auroc - gain.lower.auroc < (alone.upper.auroc - alone.lower.auroc) / 2)
  }

  @Test("lists of different images, NaN and empty sides are told apart from numbers")
  func edges() throws {
    let bootstrap = Bootstrap(replicateCount: 5)
    #expect(
      throws: MetricsError(
        description: "a paired bootstrap compares scores of the same images, got 2 and 1 in-distribution ones"
      )
    ) {
      try bootstrap.difference(inlierScores: ([1, 2], [1]), outlierScores: ([1], [1]))
    }
    #expect(
      throws: MetricsError(description: "the score of out-of-distribution image 0 is not a number (NaN)")
    ) {
      try bootstrap.interval(inlierScores: [1], outlierScores: [.nan])
    }
    #expect(try bootstrap.interval(inlierScores: [], outlierScores: [1]).lower.auroc.isNaN)
    let single = try bootstrap.interval(inlierScores: [.infinity], outlierScores: [-.infinity])
    #expect(single.lower.auroc == 1 && single.upper.auroc == 1)
  }
}
