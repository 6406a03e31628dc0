/// One stage of training: a method, an optimizer and a schedule for a number of epochs.
public struct StageRecipe: Sendable, Equatable {
  /// The weights a stage starts from.
  public enum Start: Sendable, Equatable {
    /// New ones, drawn at random; for the first stage.
    case fresh

    /// Those the stage before ended with.
    case previous

    /// Those in this file.
    case file(String)
  }

  /// What the log calls the stage.
  public let name: String

  /// The weights it starts from.
  public let start: Start

  /// What is learned.
  public let method: MethodRecipe

  /// How gradients change parameters.
  public let optimizer: OptimizerRecipe

  /// How the learning rate changes.
  public let schedule: ScheduleRecipe

  /// How often every training picture is seen.
  public let epochs: Int

  /// Pictures a step.
  public let batchSize: Int

  /// Whether an epoch leaves out a last batch that isn't full.
  public let dropsLast: Bool

  /// After how many epochs a checkpoint is kept beside the last and the best; 0: never.
  public let checkpointEvery: Int

  /// Reads stage number `index`.
  init(reading reader: SectionReader, index: Int) {
    name = reader.string("name", default: index == 0 ? "train" : "stage\(index)")
    switch reader.string("from", default: index == 0 ? "fresh" : "previous") {
    case "fresh": start = .fresh
    case "previous": start = .previous
    case let path: start = .file(path)
    }
    method = reader.choice("method", default: "plain", MethodRecipe.choices)
    optimizer = reader.choice("optimizer", default: "sgd", OptimizerRecipe.choices)
    schedule = reader.choice("schedule", default: "constant", ScheduleRecipe.choices)
    epochs = reader.integer("epochs", in: .atLeast(1))
    batchSize = reader.integer("batchSize", default: 128, in: .atLeast(1))
    dropsLast = reader.bool("dropLast", default: false)
    checkpointEvery = reader.section("checkpoint") { $0.integer("every", default: 0, in: .atLeast(0)) }

    if index == 0, start == .previous {
      reader.report("there is no stage before the first; expected fresh or a file of weights", at: "from")
    }
    if reader.isSound("epochs"), let warmUp = schedule.warmUp, warmUp.epochs > epochs {
      reader.report("a warm-up of \(warmUp.epochs) epochs doesn't fit into \(epochs)", at: "schedule")
    }
  }
}
