/// How many images of each side lie at each distinct score: what any resampling of the images changes.
struct ThresholdCounts {
  /// The place of each in-distribution image's score among the distinct ones, ascending.
  let inlierPlaces: [Int32]

  /// The place of each out-of-distribution image's score.
  let outlierPlaces: [Int32]

  /// How many distinct scores there are.
  let count: Int

  /// The places of those scores; throws `MetricsError` if one is NaN or there are more than 2³¹.
  init(inliers: [Double], outliers: [Double]) throws {
    let inlierKeys = try ScoreOrder.checked(inliers, "in-distribution")
    let outlierKeys = try ScoreOrder.checked(outliers, "out-of-distribution")
    var distinct = ScoreOrder.sorted(inlierKeys + outlierKeys)
    var kept = 0
    for index in distinct.indices where index == 0 || distinct[index] != distinct[kept - 1] {
      distinct[kept] = distinct[index]
      kept += 1
    }
    distinct.removeLast(distinct.count - kept)
    guard distinct.count <= Int(Int32.max) else {
      throw MetricsError(description: "there are \(distinct.count) scores, at most 2³¹ can be resampled")
    }
    let places = distinct
    func place(_ key: UInt64) -> Int32 {
      var (low, high) = (0, places.count)
      while low < high {
        let middle = (low + high) / 2
        if places[middle] < key { low = middle + 1 } else { high = middle }
      }
      return Int32(low)
    }
    inlierPlaces = inlierKeys.map(place)
    outlierPlaces = outlierKeys.map(place)
    count = distinct.count
  }

  /// The nine figures if the images were these, given by index.
  ///
  /// `inliers` and `outliers` are working memory of at least `count` numbers each.
  func figures(
    inlierSample: [Int32], outlierSample: [Int32], _ inliers: inout [Int32], _ outliers: inout [Int32]
  ) -> MetricFigures {
    for index in 0..<count {
      inliers[index] = 0
      outliers[index] = 0
    }
    for image in inlierSample { inliers[Int(inlierPlaces[Int(image)])] += 1 }
    for image in outlierSample { outliers[Int(outlierPlaces[Int(image)])] += 1 }
    let inlierCurve = OperatingCurve(
      positives: inliers, inlierSample.count, negatives: outliers, outlierSample.count, count: count,
      fromHigh: true)
    let outlierCurve = OperatingCurve(
      positives: outliers, outlierSample.count, negatives: inliers, inlierSample.count, count: count,
      fromHigh: false)
    return MetricFigures(
      inlierCurve, outlierCurve, inlierCount: inlierSample.count, outlierCount: outlierSample.count)
  }
}
