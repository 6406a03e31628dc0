import Detection
import Images
import Networks
import Plots
import Tensors

/// Where mixtures of two test pictures stand between test pictures and outliers, by the share of the second one: how
/// well the largest logit tells ID from mixed and mixed from OOD (AugRevise, figure 3b).
struct MixedSamplesAnalysis: Analysis, Equatable {
  /// The shares λ of the second picture.
  var shares = MixtureCurve.shares

  func outcome(for subject: AnalysisSubject) throws -> AnalysisOutcome {
    func largest(_ table: FeatureTable) throws -> [Double] {
      guard let logits = table.logits else {
        throw FeatureTableError(table: table.name, problem: "has no logits")
      }
      return logits.mapRows { Double($0.max() ?? -.infinity) }
    }
    let test = subject.data.test
    let partners = MixtureCurve.partners(of: test.count, seed: UInt64(subject.recipe.seed))
    let mixtures = try shares.map { share in
      try subject.progress("mixtures of \(test.name), \(share) of the second picture")
      return (share, try scores(of: test, partners, share, subject))
    }
    let curve = try MixtureCurve(
      inliers: largest(subject.tables.inliers), mixtures: mixtures,
      outliers: try subject.tables.outliers.map(largest))
    return AnalysisOutcome(
      figures: .map([
        "points": .list(
          curve.points.map { point in
            .map([
              "share": .number(point.share), "inliersFromMixtures": .number(point.inliersFromMixtures),
              "mixturesFromOutliers": .number(point.mixturesFromOutliers),
            ])
          })
      ]),
      plot: Plot(
        "Mixtures between ID and OOD", x: PlotAxis("share of the second picture"),
        y: PlotAxis("AUROC of the largest logit"),
        [
          PlotSeries("ID from mixed", curve.points.map { PlotPoint($0.share, $0.inliersFromMixtures) }),
          PlotSeries("mixed from OOD", curve.points.map { PlotPoint($0.share, $0.mixturesFromOutliers) }),
        ]))
  }

  /// The largest logit of each picture mixed with its partner.
  private func scores(
    of set: ImageSet, _ partners: [Int], _ share: Double, _ subject: AnalysisSubject
  ) throws -> [Double] {
    var scores: [Double] = []
    let batchSize = subject.recipe.evaluate.batchSize
    let size = set.height * set.width * 3
    var (own, other) = ([Float](repeating: 0, count: size), [Float](repeating: 0, count: size))
    func read(_ index: Int, into floats: inout [Float]) throws {
      let picture = try set.picture(index)
      floats.withUnsafeMutableBufferPointer { subject.data.normalization.write(picture, to: $0) }
    }
    subject.arena.trim()
    defer { subject.arena.trim() }
    for first in stride(from: 0, to: set.count, by: batchSize) {
      let rows = first..<min(first + batchSize, set.count)
      let images = Tensor([rows.count, set.height, set.width, 3], in: subject.arena)
      for (place, row) in rows.enumerated() {
        try read(row, into: &own)
        try read(partners[row], into: &other)
        let target = images.pointer + place * size
        // Mixing commutes with normalisation.
        for pixel in 0..<size { target[pixel] = Float(1 - share) * own[pixel] + Float(share) * other[pixel] }
      }
      let context = Context(
        .evaluation, tape: Tape(arena: subject.arena, records: false), precision: subject.precision)
      let logits = subject.network(images, context).logits
      let (values, classes) = (logits.values, logits.shape[1])
      scores += rows.indices.map { row in
        let place = row - rows.lowerBound
        return Double(values[place * classes..<(place + 1) * classes].max() ?? -.infinity)
      }
    }
    return scores
  }
}
