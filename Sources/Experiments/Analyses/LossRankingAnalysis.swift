import Archives
import Detection
import Images
import Plots

/// Which training pictures are typical and which are not: those of smallest and of largest loss, without augmentation
/// (Unleashing Mask, tables 9 to 13).
///
/// `typical.txt` and `atypical.txt` list their positions as `data.train.indices` takes them.
struct LossRankingAnalysis: Analysis, Equatable {
  /// How many pictures each list has.
  let count: Int

  static var needsBank: Bool { true }

  func outcome(for subject: AnalysisSubject) throws -> AnalysisOutcome {
    let data = subject.recipe.data
    var takesAll = data.train.selection == ImageSelection()
    if case .fraction(let fraction) = data.validation, fraction > 0 { takesAll = false }
    if case .share = data.test.source { takesAll = false }
    guard takesAll else {
      throw FileError(
        data.train.name,
        "analyses.lossRanking tells pictures by their position in the training set, so all of it must be trained on"
      )
    }
    guard let bank = subject.tables.fitting.bank else {
      preconditionFailure("an analysis that needs the bank is given it")
    }
    let losses = try bank.crossEntropies()
    let order = losses.indices.sorted { (losses[$0], $0) < (losses[$1], $1) }
    let lists = [
      ("typical", Array(order.prefix(count))), ("atypical", Array(order.reversed().prefix(count))),
    ]
    let right = zip(try bank.predictions(), bank.labels).map { $0 == $1 }
    let figures = lists.map { name, indices in
      (
        name,
        AnalysisFigure.map([
          "accuracy": .number(Double(indices.count { right[$0] }) / Double(max(indices.count, 1))),
          "loss": .number(indices.reduce(0) { $0 + losses[$1] } / Double(max(indices.count, 1))),
        ])
      )
    }
    let histogram = try ScoreHistogram([losses])
    return AnalysisOutcome(
      figures: .map(Dictionary(figures) { first, _ in first }),
      plot: Plot(
        "Loss of training pictures", x: PlotAxis("cross-entropy"), y: PlotAxis("density"),
        [
          PlotSeries(
            "training pictures",
            zip(histogram.edges, histogram.densities[0] + histogram.densities[0].suffix(1)).map {
              PlotPoint($0, $1)
            }, style: .steps)
        ]),
      files: Dictionary(
        uniqueKeysWithValues: lists.map { name, indices in
          ("\(name).txt", indices.map { "\($0)\n" }.joined())
        }))
  }
}
