/// How the learning rate changes in the course of a stage.
public struct ScheduleRecipe: Sendable, Equatable {
  /// The course after the warm-up.
  public enum Course: Sendable, Equatable {
    /// It stays.
    case constant

    /// It is multiplied by `factor` at the beginning of each of these epochs, counted from 0.
    case milestones([Int], factor: Double)

    /// It is multiplied by `factor` after every so many epochs, counted from the end of the warm-up.
    case every(Int, factor: Double)

    /// It falls along half a cosine to `floor`, which is a learning rate, at the end of the stage.
    case cosine(per: Period, floor: Double)
  }

  /// How often a cosine is followed.
  public enum Period: String, Sendable, CaseIterable {
    case step, epoch
  }

  /// A linear rise to the learning rate at the beginning of the stage.
  public struct WarmUp: Sendable, Equatable {
    /// How long it takes.
    public let epochs: Int

    /// The factor of the learning rate that it starts from.
    public let start: Double
  }

  /// The course after the warm-up.
  public let course: Course

  /// The warm-up, nil for none.
  public let warmUp: WarmUp?

  private init(_ course: Course, warmedUpBy reader: SectionReader) {
    self.course = course
    warmUp = reader.optionalSection("warmup") {
      WarmUp(
        epochs: $0.integer("epochs", in: .atLeast(1)),
        start: $0.number("from", default: 0.01, in: .between(0, and: 1)))
    }
  }

  /// The schedules by name.
  static let choices: [Choice<ScheduleRecipe>] = [
    Choice("constant") { ScheduleRecipe(.constant, warmedUpBy: $0) },
    Choice("step") { ScheduleRecipe(steps(reading: $0), warmedUpBy: $0) },
    Choice("cosine") {
      ScheduleRecipe(
        .cosine(
          per: $0.word("per", default: .step), floor: $0.number("floor", default: 0, in: .atLeast(0))),
        warmedUpBy: $0)
    },
  ]

  private static func steps(reading reader: SectionReader) -> Course {
    if reader.contains("milestones") == reader.contains("every") {
      reader.report("must have either milestones or every")
    }
    let milestones = reader.value("milestones") { value in
      value.list(minimumCount: 1) { $0.integer(in: .atLeast(1)) }
    }
    let every = reader.optionalInteger("every", in: .atLeast(1))
    let factor = reader.number("factor", default: 0.1, in: .between(0, and: 1))
    guard let milestones else { return .every(every ?? 1, factor: factor) }
    if reader.isSound("milestones"), zip(milestones, milestones.dropFirst()).contains(where: { $0 >= $1 }) {
      reader.report("must increase from one to the next", at: "milestones")
    }
    return .milestones(milestones, factor: factor)
  }
}
