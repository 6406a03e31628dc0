import Networks
import Training

extension Stage {
  /// Reads stage number `index`.
  init(reading reader: SectionReader, index: Int) {
    self.init(
      name: reader.string("name", default: index == 0 ? "train" : "stage\(index)"),
      start: Self.start(reading: reader, index: index),
      head: reader.word("head", default: .kept),
      method: reader.choice("method", default: "plain", MethodChoice.recipeChoices),
      optimizer: reader.choice("optimizer", default: "sgd", OptimizerChoice.recipeChoices),
      schedule: reader.choice("schedule", default: "constant", Schedule.recipeChoices),
      epochs: reader.integer("epochs", in: .between(1, and: 1_000_000)),
      batchSize: reader.integer("batchSize", default: 128, in: .between(1, and: 1_048_576)),
      dropsLast: reader.bool("dropLast", default: false),
      pieceCount: reader.optionalInteger("accumulate", in: .between(1, and: 1_048_576)) ?? 1,
      clipping: reader.optionalSection("clip", shorthand: "norm") {
        GradientClipping(norm: Float($0.number("norm", in: .above(0, upTo: 1_000_000))))
      },
      average: reader.optionalSection("average") {
        WeightAverage.Settings(
          decay: $0.number("decay", default: 0.99998, in: .from(0, below: 1)),
          every: $0.integer("every", default: 32, in: .between(1, and: 1_000_000)),
          rescales: $0.bool("rescale", default: true))
      },
      checkpointEvery: reader.section("checkpoint") { $0.integer("every", default: 0, in: .atLeast(0)) },
      best: reader.optionalSection("best", BestChoice.init(reading:)) ?? BestChoice())

    if reader.isSound("epochs"), let warmUp = schedule.warmUp, warmUp.epochs > epochs {
      reader.report("a warm-up of \(warmUp.epochs) epochs doesn't fit into \(epochs)", at: "schedule")
    }
    if let search = method.floorSearch, let warmUp = schedule.warmUp, warmUp.epochs > search.epochs {
      reader.report(
        "a warm-up of \(warmUp.epochs) epochs doesn't fit into trials of \(search.epochs)", at: "schedule")
    }
  }

  /// Fresh weights are what the network has before the first stage, those of the previous one what it has
  /// before a later stage: each word is good in one place only.
  private static func start(reading reader: SectionReader, index: Int) -> Start {
    switch reader.string("from", default: index == 0 ? "fresh" : "previous") {
    case "fresh":
      if index > 0 {
        reader.report("only the first stage starts fresh; expected previous or a file of weights", at: "from")
      }
      return .current
    case "previous":
      if index == 0 {
        reader.report("there is no stage before the first; expected fresh or a file of weights", at: "from")
      }
      return .current
    case let path: return .file(path)
    }
  }
}
