import Detection
import Plots

/// How sure each group is, on average, that the pictures of a set are none of its own (MOS, figure 4).
struct OthersProbabilityAnalysis: Analysis, Equatable {
  func outcome(for subject: AnalysisSubject) throws -> AnalysisOutcome {
    let tables = [subject.tables.inliers] + subject.tables.outliers
    let sets = try tables.map { (name: $0.name, others: try OthersProbability(of: $0)) }
    let figures = sets.map { set in
      (
        set.name,
        AnalysisFigure.map([
          "groups": .list(set.others.groups.map(AnalysisFigure.number)),
          "smallest": .number(set.others.smallest),
        ])
      )
    }
    let lines = sets.map { set in
      PlotSeries(
        set.name, set.others.groups.enumerated().map { PlotPoint(Double($0.offset + 1), $0.element) })
    }
    return AnalysisOutcome(
      figures: .map(["sets": .map(Dictionary(figures) { first, _ in first })]),
      plot: Plot(
        "Probability of others", x: PlotAxis("group"), y: PlotAxis("mean probability", range: 0...1), lines))
  }
}
