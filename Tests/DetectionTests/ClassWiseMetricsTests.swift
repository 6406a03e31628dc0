import Detection
import TestSupport
import Testing

@Suite("Metrics by class")
struct ClassWiseMetricsTests {
  private func integers(_ json: JSON) -> [Int] { json.flat.map { Int($0) } }

  @Test("many, medium and few are those of the golden values, for counts in any order")
  func shotGroups() throws {
    let golden = try Golden("f02_longtail", in: .module)["shot_accuracy"]
    let counts = integers(golden["inputs"]["train_counts"])
    let expected = golden["outputs"]["groups"].array.map(\.string)
    #expect(ShotGroup.byRank(counts).map(\.rawValue) == expected)
    #expect(ShotGroup.byRank(counts.reversed()).map(\.rawValue) == expected.reversed())
    // 34, 34 and 32 classes of CIFAR-100-LT; none but medium ones in a balanced set.
    let groups = ShotGroup.byRank((0..<100).map { 1000 - $0 })
    #expect(ShotGroup.allCases.map { group in groups.count { $0 == group } } == [34, 34, 32])
    #expect(Set(ShotGroup.byRank([5, 5, 5, 5])) == [.medium] && ShotGroup.byRank([]).isEmpty)
    #expect(ShotGroup.byRank([7]) == [.medium])
    #expect(ShotGroup.byCount([101, 100, 20, 19]) == [.many, .medium, .medium, .few])
  }

  @Test("the accuracy of classes and groups is that of the golden values")
  func shotAccuracy() throws {
    let golden = try Golden("f02_longtail", in: .module)["shot_accuracy"]
    let (inputs, outputs) = (golden["inputs"], golden["outputs"])
    let accuracy = try ClassAccuracy(
      predictions: integers(inputs["pred"]), labels: integers(inputs["y"]), classCount: 10)
    expectClose(accuracy.classes, outputs["class_accuracy"].flat, relative: 0, absolute: 1e-15)
    let groups = ShotGroup.byRank(integers(inputs["train_counts"]))
    let means = try ShotGroup.allCases.map { try accuracy.mean(of: $0, in: groups) } + [accuracy.balanced]
    expectClose(
      means, ["many", "medium", "few", "balanced"].map { outputs[$0].double }, relative: 0, absolute: 1e-15)
  }

  @Test("classes without images have no accuracy and are left out of means; labels out of range are named")
  func accuracyEdges() throws {
    let accuracy = try ClassAccuracy(predictions: [0, 1, 0], labels: [0, -1, 2], classCount: 3)
    #expect(accuracy.classes[0] == 1 && accuracy.classes[1].isNaN && accuracy.classes[2] == 0)
    #expect(accuracy.balanced == 0.5)
    #expect(try accuracy.mean(of: .few, in: [.many, .few, .many]).isNaN)
    #expect(throws: MetricsError(description: "the label of image 1 is 3, expected −1 or 0 to 2")) {
      try ClassAccuracy(predictions: [0, 0], labels: [0, 3], classCount: 3)
    }
    #expect(throws: MetricsError(description: "there are 3 classes, but training counts of 2")) {
      try accuracy.mean(of: .many, in: [.many, .few])
    }
    #expect(
      try ClassAccuracy(of: .ofLogits([[1, 0], [1, 0]], labels: [0, 1])).classes == [1, 0])
  }

  @Test("the false positive rate of classes is that of the golden values, one threshold for all")
  func falsePositiveRates() throws {
    let golden = try Golden("f02_longtail", in: .module)["per_class_fpr95"]
    let (inputs, outputs) = (golden["inputs"], golden["outputs"])
    let scores = inputs["id_score"].flat
    let outliers = inputs["ood_score"].flat
    let rates = try ClassFalsePositiveRate(
      inlierScores: scores, labels: integers(inputs["y"]), classCount: 10, outlierScores: outliers)
    #expect(rates.threshold == -outputs["ood_threshold_on_minus_score"].double)
    expectClose(rates.classes, outputs["per_class"].flat, relative: 0, absolute: 1e-15)
    let groups = ShotGroup.byRank(integers(inputs["train_counts"]))
    expectClose(
      [rates.average, try rates.mean(of: .few, in: groups), rates.pooled],
      ["average", "few", "pooled"].map { outputs[$0].double }, relative: 0, absolute: 1e-15)
    #expect(rates.pooled == (try OODMetrics(inlierScores: scores, outlierScores: outliers).fpr95OOD))
  }

  @Test(
    "a false positive rate by class refuses NaN and labels out of range, and is undefined without outliers")
  func falsePositiveEdges() throws {
    #expect(throws: MetricsError(description: "the score of in-distribution image 0 is not a number (NaN)")) {
      try ClassFalsePositiveRate(inlierScores: [.nan], labels: [0], classCount: 1, outlierScores: [1])
    }
    #expect(throws: MetricsError(description: "the label of image 0 is 1, expected −1 or 0 to 0")) {
      try ClassFalsePositiveRate(inlierScores: [1], labels: [1], classCount: 1, outlierScores: [1])
    }
    let none = try ClassFalsePositiveRate(inlierScores: [1], labels: [0], classCount: 1, outlierScores: [])
    #expect(none.threshold.isNaN && none.classes[0].isNaN && none.pooled.isNaN && none.average.isNaN)
  }

  @Test("the confidence of a set, its classes and groups is the mean of the largest probability")
  func confidence() throws {
    let table = try FeatureTable.ofLogits([[0, 0], [1000, 0], [0, 1000], [0, 0]], labels: [0, 0, 1, -1])
    let confidence = try SoftmaxConfidence(of: table)
    #expect(confidence.mean == 0.75 && confidence.classes == [0.75, 1])
    #expect(try confidence.mean(of: .few, in: [.many, .few]) == 1)
    #expect(try SoftmaxConfidence(of: .ofLogits([[2, 1, 0]])).mean.rounded(toPlaces: 6) == 0.665241)
  }

  @Test("activation is the share of positive features and their norm")
  func activation() throws {
    let table = try FeatureTable(
      name: "t", features: Matrix(rows: [[3, 4, 0, 0], [0, 0, 0, -1]]), labels: [0, 0])
    let activation = try FeatureActivation(of: table)
    #expect(activation.ratio == 0.25 && activation.norm.mean == 3 && activation.norm.deviation == 2)
    #expect(throws: FeatureTableError(table: "set", problem: "the activation ratio needs features")) {
      try FeatureActivation(of: .ofLogits([[1]]))
    }
  }

  @Test("the decrement of the largest logit is that of the golden values, by both rules")
  func decrement() throws {
    let golden = try Golden("f04_maxlogit_analysis", in: .module)["relative_decrement"]
    let decrement = try LogitDecrement(
      from: golden["inputs"]["max_logit_base"].flat, to: golden["inputs"]["max_logit_aug"].flat)
    expectClose(
      [decrement.ofMeans, decrement.meanOfRatios],
      [golden["outputs"]["ratio_of_means"].double, golden["outputs"]["mean_of_ratios"].double], relative: 0,
      absolute: 1e-15)
    let prop = try Golden("f04_maxlogit_analysis", in: .module)["prop42"]
    expectClose(
      [LogitDecrement.harm(inliers: 0.5, outliers: 0.3)], [prop["outputs"]["quantity"].double], relative: 0,
      absolute: 1e-15)
    let table = try LogitDecrement(
      from: .ofLogits([[8, 0], [0, 0.05]]), to: .ofLogits([[6, 7], [0, 0]]))
    #expect(table.meanOfRatios == 0.125 && table.ratioCount == 1)
    #expect(throws: MetricsError(description: "a decrement compares the same images, got 1 and 2 of them")) {
      try LogitDecrement(from: [1], to: [1, 2])
    }
    #expect(throws: MetricsError(description: "the second network's logit of image 0 is not finite")) {
      try LogitDecrement(from: [1], to: [.infinity])
    }
  }

  @Test("Proposition 4.2: a larger decrement of inliers lowers the share of pairs in order, as predicted")
  func proposition() throws {
    let golden = try Golden("f04_maxlogit_analysis", in: .module)["prop42"]
    let (inliers, outliers) = (golden["inputs"]["s_id"].flat, golden["inputs"]["s_ood"].flat)
    let before = try OODMetrics(inlierScores: inliers, outlierScores: outliers).auroc
    let after = try OODMetrics(
      inlierScores: inliers.map { $0 * 0.5 }, outlierScores: outliers.map { $0 * 0.7 }
    ).auroc
    expectClose(
      [before, after], [golden["outputs"]["P_before"].double, golden["outputs"]["P_after"].double],
      relative: 0, absolute: 1e-15)
  }

  @Test("a mixture stands between known and unknown images, and no image is its own partner")
  func mixtures() throws {
    var sequence = NumberSequence(8)
    func scores(_ centre: Double) -> [Double] { (0..<400).map { _ in sequence.next() + centre } }
    let known = scores(1)
    let mixtures = MixtureCurve.shares.map { ($0, scores(1 - $0)) }
    let curve = try MixtureCurve(inliers: known, mixtures: mixtures, outliers: [scores(0), scores(0.2)])
    #expect(curve.points.map(\.share) == MixtureCurve.shares)
    #expect(
      zip(curve.points, curve.points.dropFirst()).allSatisfy {
        $0.inliersFromMixtures < $1.inliersFromMixtures
      })
    #expect(
      zip(curve.points, curve.points.dropFirst()).allSatisfy {
        $0.mixturesFromOutliers > $1.mixturesFromOutliers
      })
    for count in [2, 3, 10, 1000] {
      let partners = MixtureCurve.partners(of: count)
      #expect(partners.sorted() == Array(0..<count))
      #expect(partners.indices.allSatisfy { partners[$0] != $0 }, "\(count)")
      #expect(partners == MixtureCurve.partners(of: count))
    }
    #expect(MixtureCurve.partners(of: 1) == [0] && MixtureCurve.partners(of: 0).isEmpty)
    #expect(MixtureCurve.partners(of: 50, seed: 1) != MixtureCurve.partners(of: 50))
  }
}

extension Double {
  fileprivate func rounded(toPlaces places: Int) -> Double {
    let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
    return (self * scale).rounded() / scale
  }
}
