import Detection

/// The runs of one recipe that differ in their seeds alone.
struct ReportExperiment {
  /// The runs, at least one, in the order they were given.
  let runs: [ReportedRun]

  /// The first run, whose recipe is that of all but for the seed.
  var first: ReportedRun { runs[0] }

  /// The runs that have been evaluated.
  var evaluated: [ReportedRun] { runs.filter { $0.results != nil } }

  /// What it is called.
  var name: String { first.recipe.name }

  /// "seed 0" or "seeds 0, 1, 2".
  var seeds: String {
    let seeds = runs.map { String($0.recipe.seed) }
    return (seeds.count == 1 ? "seed " : "seeds ") + seeds.joined(separator: ", ")
  }

  /// The experiments of runs in the order of their first ones.
  static func grouped(_ runs: [ReportedRun]) -> [ReportExperiment] {
    var order: [String] = []
    var groups: [String: [ReportedRun]] = [:]
    for run in runs {
      let key = "\(run.recipe.name)/\(run.recipe.hash)"
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(run)
    }
    return order.compactMap { groups[$0].map(ReportExperiment.init(runs:)) }
  }

  /// A figure of every evaluated run, without those that lack it.
  func values(_ figure: (RunResults) -> Double?) -> [Double] {
    evaluated.compactMap { $0.results.flatMap(figure) }.filter(\.isFinite)
  }

  /// Percent over the runs, a dash if no run has the figure.
  func percent(_ figure: (RunResults) -> Double?) -> String {
    ReportFigure.percent(over: values(figure))
  }
}
