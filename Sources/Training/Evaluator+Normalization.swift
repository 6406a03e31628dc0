import Images
import Networks
import Tensors

extension Evaluator {
  /// How far the mean input of the last batch normalisation on some pictures is from its running mean: ‖μ_set − μ‖.
  ///
  /// The last one is the last on the main path to run. Of RNA's networks the running mean lies between pictures and
  /// outliers, and the quotient of both distances is the gap ratio of the paper's Table 13; on training pictures it
  /// would be the number of outliers divided by that of pictures. Looks at `count` evenly spaced pictures; nil if the
  /// network has no such layer.
  ///
  /// - Reference: Shin & Chung, *Representation Norm Amplification for Out-of-Distribution Detection in Long-Tail
  ///   Learning*, TMLR 2024.
  public func lastNormalizationGap(on set: ImageSet, count: Int) throws -> Double? {
    guard
      let last = network.backbone.namedLayers().last(where: { name, layer in
        layer is BatchNorm && !name.contains("shortcut")
      })?.layer as? BatchNorm, set.count > 0
    else { return nil }
    let chosen = min(count, set.count)
    let part = chosen == set.count ? set : set.subset((0..<chosen).map { $0 * set.count / chosen })
    var sums: [Double] = []
    var pixels = 0
    try forEachBatch(of: part) { context in
      context.observer = { layer, input, _ in
        guard layer === last else { return }
        let channels = input.shape[input.shape.rank - 1]
        if sums.isEmpty { sums = Array(repeating: 0, count: channels) }
        for (index, value) in input.values.enumerated() { sums[index % channels] += Double(value) }
        pixels += input.count / channels
      }
    } body: { _, _ in
    }
    guard pixels > 0 else { return nil }
    let gap = zip(sums, last.runningMean.value.values).reduce(0.0) { total, pair in
      let difference = pair.0 / Double(pixels) - Double(pair.1)
      return total + difference * difference
    }
    return gap.squareRoot()
  }
}
