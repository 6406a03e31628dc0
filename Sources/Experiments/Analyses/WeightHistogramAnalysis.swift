import Detection
import Networks
import Plots
import Tensors

/// How the weights of convolutions and classifier are distributed (Unleashing Mask, figure 11), of masked ones what
/// their masks leave.
struct WeightHistogramAnalysis: Analysis, Equatable {
  func outcome(for subject: AnalysisSubject) throws -> AnalysisOutcome {
    let weights = subject.network.maskableWeights
    let tape = Tape(arena: subject.arena, records: false)
    let context = Context(.evaluation, tape: tape)
    var sets: [(name: String, values: [Double])] = [
      ("weights", weights.flatMap { $0.parameter.value.values.map(Double.init) })
    ]
    if weights.contains(where: { $0.parameter.mask != nil }) {
      sets.append(("kept weights", weights.flatMap { context.use($0.parameter).values.map(Double.init) }))
      sets[1].values.removeAll { $0 == 0 }
    }
    let histogram = try ScoreHistogram(sets.map(\.values))
    let lines = zip(sets, histogram.densities).map { set, densities in
      PlotSeries(
        set.name, zip(histogram.edges, densities + densities.suffix(1)).map { PlotPoint($0, $1) },
        style: .steps)
    }
    let figures = zip(sets, histogram.densities).map { set, densities in
      (
        set.name,
        AnalysisFigure.map([
          "count": .number(Double(set.values.count)),
          "meanMagnitude": .number(
            set.values.reduce(0) { $0 + $1.magnitude } / Double(max(set.values.count, 1))),
          "densities": .list(densities.map(AnalysisFigure.number)),
        ])
      )
    }
    return AnalysisOutcome(
      figures: .map([
        "edges": .list(histogram.edges.map(AnalysisFigure.number)),
        "sets": .map(Dictionary(figures) { first, _ in first }),
      ]),
      plot: Plot("Weights", x: PlotAxis("weight"), y: PlotAxis("density"), lines))
  }
}
