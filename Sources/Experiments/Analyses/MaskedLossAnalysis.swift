import Detection
import Images
import Plots
import Tensors
import Training

/// How the loss over the training pictures grows as weights are hidden (Unleashing Mask, figure 3b), and that of single pictures
/// (figure 4c).
struct MaskedLossAnalysis: Analysis, Equatable {
  /// The shares of weights that are kept, one point each.
  let shares: [Double]

  /// How masks are drawn; its share counts for the single pictures.
  let mask: MaskedLoss

  /// How many training pictures are looked at one by one, evenly spaced.
  let pictures: Int

  func outcome(for subject: AnalysisSubject) throws -> AnalysisOutcome {
    let (data, network) = (subject.data, subject.network)
    let evaluator = Evaluator(
      network: network, normalization: data.normalization, arena: subject.arena,
      batchSize: subject.recipe.evaluate.batchSize, precision: subject.precision)
    let seed = UInt64(subject.recipe.seed)
    let some = data.training.spread(over: pictures)
    func losses() throws -> [Double] {
      try evaluator.table(of: some, name: DataRecipe.bankName, areInliers: true).crossEntropies()
    }
    let dense = try losses()
    let masked = try mask.withMask(0, of: network, seed: seed, in: subject.arena) { try losses() }
    let points = try shares.map { share in
      try subject.progress("the loss with \(share) of the weights")
      var loss = mask
      loss.kept = share
      return try loss.measure(
        network, evaluator, on: data.wholeTraining ?? data.training,
        through: data.pipeline(for: subject.recipe.data), seed: seed, in: subject.arena)
    }
    let order = dense.indices.sorted { (dense[$0], $0) < (dense[$1], $1) }
    func line(_ title: String, _ losses: [Double]) -> PlotSeries {
      PlotSeries(title, order.enumerated().map { PlotPoint(Double($0.offset + 1), losses[$0.element]) })
    }
    let single = Plot(
      "Loss of single training pictures", x: PlotAxis("rank by the loss with all weights"),
      y: PlotAxis("cross-entropy"), [line("all weights", dense), line("\(mask.kept) of the weights", masked)])
    return AnalysisOutcome(
      figures: .map([
        "points": .list(
          zip(shares, points).map { .map(["kept": .number($0), "loss": .number($1)]) }),
        "pictures": .map([
          "dense": .list(order.map { .number(dense[$0]) }),
          "masked": .list(order.map { .number(masked[$0]) }),
        ]),
      ]),
      plot: Plot(
        "Loss with hidden weights", x: PlotAxis("share of the weights that is kept"),
        y: PlotAxis("mean cross-entropy"),
        [PlotSeries("training pictures", zip(shares, points).map { PlotPoint($0, $1) })]),
      files: ["maskedLoss-pictures.svg": single.svg])
  }
}

extension ImageSet {
  /// `count` images, evenly spaced, or all if there are no more.
  fileprivate func spread(over count: Int) -> ImageSet {
    let count = min(count, self.count)
    return subset((0..<count).map { $0 * self.count / count })
  }
}
