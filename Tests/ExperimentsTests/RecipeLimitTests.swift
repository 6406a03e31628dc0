import Experiments
import Testing

@Suite("Limits of the numbers in a recipe")
struct RecipeLimitTests {
  /// A value below the bounds of a key, the least and the largest within them, one above, and the bounds in
  /// words.
  struct Limits: Sendable, CustomTestStringConvertible {
    let key: String
    let below: String
    let first: String
    let last: String
    let above: String
    let words: String
    var testDescription: String { key }

    init(
      _ key: String, below: String = "0", first: String = "1", last: String, above: String, _ words: String
    ) {
      (self.key, self.below, self.first, self.last) = (key, below, first, last)
      (self.above, self.words) = (above, words)
    }
  }

  private static let million = "between 1 and 1000000"
  static let all = [
    Limits("stages.0.epochs", last: "1000000", above: "1000001", million),
    Limits("stages.0.batchSize", last: "1048576", above: "1048577", "between 1 and 1048576"),
    Limits("evaluate.batchSize", last: "1048576", above: "1048577", "between 1 and 1048576"),
    Limits("data.train.count", last: "100000000", above: "100000001", "between 1 and 100000000"),
    Limits("data.size.size", last: "4096", above: "4097", "between 1 and 4096"),
    Limits("threads", last: "4096", above: "4097", "between 1 and 4096"),
    Limits(
      "data.augment.0.crop.padding", below: "-1", first: "0", last: "1024", above: "1025",
      "between 0 and 1024"),
    Limits(
      "data.normalize.std.0", below: "9e-7", first: "1e-6", last: "1000", above: "1001",
      "between 1e-06 and 1000"),
    Limits(
      "stages.0.optimizer.sgd.learningRate", first: "1e-9", last: "1000000", above: "1e300",
      "more than 0 and at most 1000000"),
    Limits(
      "stages.0.optimizer.sgd.weightDecay", below: "-1", first: "0", last: "1000", above: "1001",
      "between 0 and 1000"),
    Limits("stages.0.schedule.step.milestones.0", last: "1000000", above: "1000001", million),
    Limits("stages.1.schedule.step.every", last: "1000000", above: "1000001", million),
    Limits("stages.2.schedule.cosine.warmup.epochs", last: "1000000", above: "1000001", million),
    Limits(
      "stages.2.schedule.cosine.floor", below: "-1", first: "0", last: "1000000", above: "1e300",
      "between 0 and 1000000"),
    Limits(
      "evaluate.scores.0.energy.T", first: "1e-9", last: "1000000", above: "1e300",
      "more than 0 and at most 1000000"),
  ]

  @Test("what no machine could compute with is out of range", arguments: all)
  func outOfRange(limits: Limits) throws {
    let text = """
      name: limits
      data:
        train: {set: synthetic, count: 1}
        test: synthetic
        size: {size: 32}
        augment: [crop: {padding: 4}]
        normalize: {mean: [0, 0, 0], std: [1, 1, 1]}
      network: resnet8
      stages:
        - {epochs: 1000000, schedule: {step: {milestones: [1]}}}
        - {epochs: 1000000, schedule: {step: {every: 1}}}
        - {epochs: 1000000, schedule: {cosine: {warmup: {epochs: 1}}}}
      evaluate: {scores: [energy: {T: 1}]}
      """
    for value in [limits.first, limits.last] {
      #expect(complaint { _ = try recipe(text, "\(limits.key)=\(value)") } == "")
    }
    for value in [limits.below, limits.above] {
      #expect(
        complaint { _ = try recipe(text, "\(limits.key)=\(value)") }
          == "--set \(limits.key)=\(value): \(limits.key): must be \(limits.words), got \(value)")
    }
  }
}
