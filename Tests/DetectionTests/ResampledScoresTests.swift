import Detection
import Kernels
import TestSupport
import Testing

@Suite("Paired bootstrap")
struct ResampledScoresTests {
  private func scores(_ seed: UInt64, _ count: Int, above shift: Double) -> [Double] {
    var sequence = NumberSequence(seed)
    return (0..<count).map { _ in (sequence.next() * 40).rounded() / 40 + shift }
  }

  private func drawn(_ values: [Double], _ bootstrap: Bootstrap, _ replicate: Int, side: Int) -> [Double] {
    var stream = RandomStream(seed: bootstrap.seed, purpose: .bootstrap, epoch: side, index: replicate)
    return values.map { _ in values[stream.below(values.count)] }
  }

  @Test("each set and each mean is what drawing the images and measuring them gives, ties included")
  func twin() throws {
    let bootstrap = Bootstrap(replicateCount: 30, seed: 3)
    let inliers = scores(1, 41, above: 0.2)
    let sets = [
      "a": scores(2, 23, above: 0), "b": scores(3, 17, above: 0.1), "c": scores(4, 23, above: -0.1),
    ]
    for rule in AverageRule.allCases {
      let detectionProtocol = try DetectionProtocol(near: ["a"], far: ["b", "c"], averageRule: rule)
      let resampled = try ResampledScores(
        inlierScores: inliers, outliers: sets.mapValues { ($0, []) }, under: detectionProtocol, bootstrap)
      for figure in ["auroc", "aupr_in", "fpr95_ood", "fpr95_id_nearest"] {
        func naive(_ set: String, _ side: Int, _ replicate: Int) throws -> Double {
          let metrics = try OODMetrics(
            inlierScores: drawn(inliers, bootstrap, replicate, side: 0),
            outlierScores: drawn(try #require(sets[set]), bootstrap, replicate, side: side))
          return metrics.figures[figure]
        }
        let replicates = try (0..<30).map { r in
          (near: try naive("a", 1, r), b: try naive("b", 2, r), c: try naive("c", 3, r))
        }
        let average = replicates.map {
          rule == .meanOfSets ? ($0.near + $0.b + $0.c) / 3 : ($0.near + ($0.b + $0.c) / 2) / 2
        }
        for (over, expected) in [
          ("near", replicates.map(\.near)), ("far", replicates.map { ($0.b + $0.c) / 2 }),
          ("b", replicates.map(\.b)),
          ("average", average),
        ] {
          let values = try #require(resampled.values(figure, over: over))
          expectClose(values.replicates, expected, relative: 0, absolute: 1e-14, "\(figure) \(over)")
        }
      }
      let figure = try OODMetrics(inlierScores: inliers, outlierScores: try #require(sets["b"])).auroc
      #expect(resampled.values("auroc", over: "b")?.figure == figure)
      #expect(resampled.values("auroc", over: "d") == nil)
    }
  }

  @Test("images of a set whose class is known stand with the inliers, in the figure and in every draw")
  func knownClasses() throws {
    let bootstrap = Bootstrap(replicateCount: 10, seed: 4)
    let (inliers, mixed) = (scores(1, 30, above: 0.2), scores(2, 24, above: 0))
    let labels = mixed.indices.map { $0 % 3 == 0 ? 1 : -1 }
    let known = inliers + mixed.indices.filter { labels[$0] >= 0 }.map { mixed[$0] }
    let unknown = mixed.indices.filter { labels[$0] < 0 }.map { mixed[$0] }
    for counts in [true, false] {
      let detectionProtocol = try DetectionProtocol(near: ["a"], far: [], countsKnownClasses: counts)
      let values = try #require(
        ResampledScores(
          inlierScores: inliers, outliers: ["a": (mixed, labels)], under: detectionProtocol, bootstrap
        ).values("auroc", over: "a"))
      let (one, other) = counts ? (known, unknown) : (inliers, mixed)
      #expect(values.figure == (try OODMetrics(inlierScores: one, outlierScores: other).auroc))
      let replicates = try (0..<10).map { replicate in
        try OODMetrics(
          inlierScores: drawn(one, bootstrap, replicate, side: 0),
          outlierScores: drawn(other, bootstrap, replicate, side: 1)
        ).auroc
      }
      expectClose(values.replicates, replicates, relative: 0, absolute: 1e-14)
    }
  }

  @Test("accuracy is drawn over the images that the in-distribution side of detection draws")
  func accuracy() throws {
    let bootstrap = Bootstrap(replicateCount: 12, seed: 5)
    let flags = (0..<37).map { $0 % 4 != 0 }
    let share = try #require(bootstrap.share(of: flags))
    let expected = (0..<12).map { replicate in
      drawn(flags.map { $0 ? 1 : 0 }, bootstrap, replicate, side: 0).reduce(0, +) / 37
    }
    expectClose(share.replicates, expected, relative: 0, absolute: 1e-14)
  }

  @Test("intervals and probabilities agree with NumPy's on given resamples")
  func numPy() throws {
    let golden = try Golden("paired_bootstrap", in: .module)
    #expect(golden.names.count >= 5)
    for name in golden.names where name.hasPrefix("difference") {
      let inputs = golden[name]["inputs"]
      let first = ResampledScores.Values(figure: inputs["figures"].flat[0], replicates: inputs["first"].flat)
      let second = ResampledScores.Values(
        figure: inputs["figures"].flat[1], replicates: inputs["second"].flat)
      let difference = PairedDifference(first, second)
      let outputs = golden[name]["outputs"]
      expectClose(
        [difference.difference, difference.lower, difference.upper, difference.probability],
        [
          outputs["difference"].double, outputs["lower"].double, outputs["upper"].double, outputs["p"].double,
        ],
        relative: 0, absolute: 1e-14, name)
    }
  }

  @Test("the interval of a difference in accuracy is SciPy's, but for the draw")
  func sciPy() throws {
    let golden = try Golden("paired_bootstrap", in: .module)["accuracy"]
    let bootstrap = Bootstrap(replicateCount: 4000)
    func flags(_ key: String) -> [Bool] { golden["inputs"][key].flat.map { $0 == 1 } }
    let first = try #require(bootstrap.share(of: flags("first")))
    let second = try #require(bootstrap.share(of: flags("second")))
    let difference = PairedDifference(first, second)
    expectClose(
      [difference.difference], [golden["outputs"]["difference"].double], relative: 0, absolute: 1e-14)
    // 400 images: a step is 0.0025; the ends of two draws of 4000 differ by about one.
    expectClose(
      [difference.lower, difference.upper],
      [golden["outputs"]["lower"].double, golden["outputs"]["upper"].double],
      relative: 0, absolute: 0.004)
    #expect(bootstrap.share(of: []) == nil)
  }

  @Test("a score compared with itself differs by nothing, in no resample")
  func itself() throws {
    let bootstrap = Bootstrap(replicateCount: 20)
    let flags = (0..<50).map { $0 % 3 == 0 }
    let share = try #require(bootstrap.share(of: flags))
    let difference = PairedDifference(share, share)
    #expect(difference.lower == 0 && difference.upper == 0 && difference.probability == 1)
  }
}
