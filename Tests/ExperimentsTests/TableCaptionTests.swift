import Experiments
import TestSupport
import Testing

/// What captions say, and what they do not.
@Suite("Captions of tables")
struct TableCaptionTests {
  private func captions(
    _ text: String, _ scale: TableFile.Scale = .small, write: (TableRuns) throws -> Void = { _ in }
  ) throws -> [String] {
    try withTemporaryFolder { out in
      try write(TableRuns(out: out))
      return try TableReport(TablePlan(TableRuns.file(text), scale: scale), out: [out]).table().captions
    }
  }

  private static let stages =
    "'stages=[{epochs: 3, batchSize: 16}, {name: tune, epochs: 2, batchSize: 16}]'"

  private static let text = """
    name: t
    title: T
    seeds: {full: 0-2, small: [0, 2]}
    baseline: one
    runs:
      a:
        full: {recipe: Recipes/quickstart.yaml, set: [\(stages), 'network={resnet8: {width: 32}}']}
        small:
          recipe: Recipes/quickstart.yaml
          set: [\(stages), stages.0.epochs=1, stages.1.epochs=1, 'network={resnet8: {width: 4}}']
      b:
        full: {recipe: Recipes/quickstart.yaml, set: [stages.0.epochs=9]}
        small:
          recipe: Recipes/quickstart.yaml
          set: [stages.0.epochs=9, stages.0.optimizer.sgd.learningRate=0.07, stages.0.method=outlierExposure,
            'data.near=[synthetic-noise]', 'data.far=[synthetic-strokes]',
            'data.auxiliary={set: synthetic-gradients, split: train}']
    rows:
      - {name: one, run: a, score: msp}
      - {name: two, run: b, score: msp}
    columns:
      - {title: AUROC, metric: auroc}
      - {title: FPR95, metric: fpr95_ood}
      - {title: AUPR, metric: aupr_out}
    """

  @Test("Every deviation is told of the runs that deviate, and of no other")
  func deviations() throws {
    let captions = try captions(Self.text)
    #expect(captions.contains("Seeds 0, 2 instead of 0-2."))
    #expect(!captions.contains { $0.hasPrefix("Reduced from the paper's setting") })
    let own = captions.filter { $0.hasPrefix("Of ") }
    #expect(
      own.first
        == "Of a also: 1 epoch of stage 0 instead of 3; 1 epoch of stage 1 instead of 2; network's width 4 instead of 32."
    )
    let other = try #require(own.last)
    #expect(
      own.count == 2 && other.hasPrefix("Of b also: auxiliary set synthetic-gradients instead of (none); "))
    for phrase in [
      "near sets (synthetic-noise) instead of (synthetic-unseen)",
      "far sets (synthetic-strokes) instead of (synthetic-textures, ",
      "`stages.0.optimizer.sgd.learningRate` 0.07 instead of 0.1",
    ] {
      #expect(other.contains(phrase), "\(phrase): \(other)")
    }
    #expect(!other.contains("epochs"))
    // At the paper's setting there is nothing to say.
    let full = try self.captions(Self.text, .full)
    #expect(!full.contains { $0.hasPrefix("Of ") || $0.contains("instead of") })
  }

  @Test("Which FPR95 and AUPR are shown is said, and no other")
  func figures() throws {
    let captions = try captions(Self.text)
    #expect(captions.filter { $0.hasPrefix("FPR95 is ") }.map { $0.prefix(18) } == ["FPR95 is fpr95_ood"])
    #expect(
      captions.filter { $0.hasPrefix("AUPR is ") } == ["AUPR is aupr_out, average precision, OOD positive."])
    #expect(captions.contains { $0.hasSuffix("the average is the mean over all sets.") })
  }

  @Test("Runs that are missing are told as long as one is, and one seed is not several")
  func missing() throws {
    let text = """
      name: t
      title: T
      seeds: {small: 0-1}
      runs: {a: {small: Recipes/quickstart.yaml}}
      rows: [{name: one, run: a, score: msp}]
      columns: [{title: AUROC, metric: auroc}]
      """
    let sentence = "A dash, or fewer seeds: not run yet."
    func write(_ seeds: Int...) -> (TableRuns) throws -> Void {
      { runs in
        for seed in seeds { try runs.write(["seed=\(seed)"], auroc: 0.5, fpr95: 0.5, accuracy: 0.5) }
      }
    }
    let (one, both) = (try captions(text, write: write(0)), try captions(text, write: write(0, 1)))
    #expect(one.first == "One seed a row; in brackets the number of seeds." && one.contains(sentence))
    #expect(both.first?.hasPrefix("Mean ± population standard deviation over seeds") == true)
    #expect(!both.contains(sentence))
  }
}
