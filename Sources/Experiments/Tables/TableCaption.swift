import Detection

/// What a reader of a table must know: how figures are meant, and in what its runs differ from the paper's.
struct TableCaption {
  /// One sentence each.
  let sentences: [String]

  init(_ plan: TablePlan, _ rows: [ResultTable.Row], isCompared: Bool) {
    var sentences: [String] = []
    let counts = Set(rows.flatMap { $0.cells.map { $0.values.count } }.filter { $0 > 0 })
    if counts.contains(where: { $0 > 1 }) {
      sentences.append("Mean ± population standard deviation over seeds, their number in brackets.")
    } else if counts.contains(1) {
      sentences.append("One seed a row; in brackets the number of seeds.")
    }
    sentences += Self.figures(plan)
    if rows.contains(where: { $0.cells.contains { $0.paper != nil } }) {
      sentences.append("Beside each figure the paper's, in brackets ours less the paper's.")
    }
    let missing = plan.cells.joined().contains { $0.jobs.isEmpty }
    let unfinished = zip(rows, plan.cells).contains { row, cells in
      zip(row.cells, cells).contains { $0.values.count < $1.jobs.count }
    }
    if missing || unfinished { sentences.append("A dash, or fewer seeds: not run yet.") }
    if isCompared, let baseline = plan.file.baseline {
      sentences.append(
        "Differences from \(baseline): paired bootstrap over test images, 95 % percentile interval and two-sided p; it tells of "
          + "the choice of images, not of seeds.")
    }
    sentences += plan.file.notes
    if plan.scale == .small { sentences += Self.deviations(plan) }
    self.sentences = sentences
  }

  /// Which of the figures that share a name are meant, and over which sets.
  private static func figures(_ plan: TablePlan) -> [String] {
    let names = plan.file.columns.compactMap { column -> String? in
      if case .figure(let name) = column.metric { return name }
      return nil
    }
    guard !names.isEmpty else { return [] }
    var sentences: [String] = []
    for variant in FalsePositiveRateVariant.allCases where names.contains(variant.rawValue) {
      sentences.append("FPR95 is \(variant.rawValue), \(variant.meaning).")
    }
    for (name, meaning) in [
      ("aupr_in", "average precision, ID positive"), ("aupr_out", "average precision, OOD positive"),
      ("aupr_in_trapezoid", "the area by trapezoids, ID positive"),
      ("aupr_out_trapezoid", "the area by trapezoids, OOD positive"),
    ] where names.contains(name) {
      sentences.append("AUPR is \(name), \(meaning).")
    }
    let needed = Set(plan.cells.joined().flatMap(\.jobs))
    let protocols = plan.jobs.indices.filter(needed.contains).compactMap {
      try? plan.jobs[$0].recipe.detectionProtocol
    }
    var kinds: [String] = []
    for item in protocols where !item.sets.isEmpty {
      let sets = [("near", item.near), ("far", item.far)].filter { !$0.1.isEmpty }
        .map { "\($0.0): \($0.1.joined(separator: ", "))" }.joined(separator: "; ")
      let average = item.averageRule == .meanOfSets ? "the mean over all sets" : "(near mean + far mean) / 2"
      let kind = "Sets of outliers, \(sets); the average is \(average)."
      if !kinds.contains(kind) { kinds.append(kind) }
    }
    return sentences + kinds
  }

  /// In what the runs of the small scale differ from those of the paper's setting, first what all share.
  private static func deviations(_ plan: TablePlan) -> [String] {
    guard let full = try? TablePlan(plan.file, scale: .full) else { return [] }
    var sentences: [String] = []
    if plan.seeds != full.seeds {
      let word = plan.seeds.count == 1 ? "Seed" : "Seeds"
      sentences.append("\(word) \(Seeds.text(plan.seeds)) instead of \(Seeds.text(full.seeds)).")
    }
    var differences: [(run: String, lines: [String])] = []
    for (cells, fullCells) in zip(plan.cells, full.cells) {
      for (cell, fullCell) in zip(cells, fullCells) {
        guard let small = cell.jobs.first, let large = fullCell.jobs.first else { continue }
        let run = plan.jobs[small].run
        guard !differences.contains(where: { $0.run == run }) else { continue }
        let lines = RecipeDeviation.lines(from: full.jobs[large].recipe, to: plan.jobs[small].recipe)
        differences.append((run, lines))
      }
    }
    guard let first = differences.first else { return sentences }
    let shared = first.lines.filter { line in differences.allSatisfy { $0.lines.contains(line) } }
    if !shared.isEmpty {
      sentences.append("Reduced from the paper's setting: \(shared.joined(separator: "; ")).")
    }
    var own: [(lines: [String], runs: [String])] = []
    for (run, lines) in differences {
      let rest = lines.filter { !shared.contains($0) }
      guard !rest.isEmpty else { continue }
      if let index = own.firstIndex(where: { $0.lines == rest }) {
        own[index].runs.append(run)
      } else {
        own.append((rest, [run]))
      }
    }
    for (lines, runs) in own {
      sentences.append("Of \(runs.joined(separator: ", ")) also: \(lines.joined(separator: "; ")).")
    }
    return sentences
  }
}
