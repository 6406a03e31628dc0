import Networks

extension Schedule {
  /// The schedules by name, as recipes give them.
  static let recipeChoices: [Choice<Schedule>] = [
    Choice("constant") { Schedule(.constant, warmUp: warmUp(reading: $0), elapsed: elapsed(reading: $0)) },
    Choice("step") {
      Schedule(steps(reading: $0), warmUp: warmUp(reading: $0), elapsed: elapsed(reading: $0))
    },
    Choice("cosine") {
      Schedule(
        .cosine(
          per: $0.word("per", default: .step),
          floor: $0.number("floor", default: 0, in: .between(0, and: 1_000_000))),
        warmUp: warmUp(reading: $0), elapsed: elapsed(reading: $0))
    },
    Choice("linear") { Schedule(.linear, warmUp: warmUp(reading: $0), elapsed: elapsed(reading: $0)) },
    Choice("multipleDecay") {
      Schedule(.multipleDecay, warmUp: warmUp(reading: $0), elapsed: elapsed(reading: $0))
    },
    // It has a warm-up of its own.
    Choice("hyperRule", Schedule(.hyperRule)),
  ]

  private static func warmUp(reading reader: SectionReader) -> WarmUp? {
    reader.optionalSection("warmup") {
      WarmUp(
        epochs: $0.integer("epochs", in: .between(1, and: 1_000_000)),
        start: $0.number("from", default: 0.01, in: .between(0, and: 1)))
    }
  }

  /// Absent unless it is asked for, so that recipes from before keep their hash.
  private static func elapsed(reading reader: SectionReader) -> Int {
    reader.optionalInteger("after", in: .between(1, and: 1_000_000)) ?? 0
  }

  private static func steps(reading reader: SectionReader) -> Course {
    if reader.contains("milestones") == reader.contains("every") {
      reader.report("must have either milestones or every")
    }
    let milestones = reader.value("milestones") { value in
      value.list(minimumCount: 1) { $0.integer(in: .between(1, and: 1_000_000)) }
    }
    let every = reader.optionalInteger("every", in: .between(1, and: 1_000_000))
    let factor = reader.number("factor", default: 0.1, in: .between(0, and: 1))
    guard let milestones else { return .every(every ?? 1, factor: factor) }
    if reader.isSound("milestones"), zip(milestones, milestones.dropFirst()).contains(where: { $0 >= $1 }) {
      reader.report("must increase from one to the next", at: "milestones")
    }
    return .milestones(milestones, factor: factor)
  }
}
