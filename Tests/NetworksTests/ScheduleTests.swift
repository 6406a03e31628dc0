import Networks
import TestSupport
import Testing

/// Learning rates against the golden values, in double precision.
@Suite("Schedules")
struct ScheduleTests {
  @Test("Cosine per epoch")
  func cosinePerEpoch() throws {
    try expectEpochs("um_cosine_per_epoch", Schedule(.cosine(per: .epoch, floor: 0)))
  }

  @Test("A factor after every so many epochs")
  func every() throws {
    try expectEpochs("um_multiple_step", Schedule(.every(30, factor: 0.1)))
  }

  @Test("Unleashing Mask's linear and multiple decay", arguments: ["um_linear", "um_multiple_decay"])
  func unleashingMask(name: String) throws {
    try expectEpochs(name, Schedule(name == "um_linear" ? .linear : .multipleDecay))
  }

  @Test("Multiple decay never falls below 0, and a stage of less than ten epochs falls in each")
  func shortMultipleDecay() {
    func rates(_ epochs: Int) -> [Double] {
      (0..<epochs).map {
        Schedule(.multipleDecay).learningRate(
          base: 10,
          at: Schedule.Position(epoch: $0, step: 0, stepsPerEpoch: 1, epochs: epochs, trainingCount: 1))
      }
    }
    #expect(rates(3) == [10, 9, 8])
    #expect(rates(15) == [10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0, 0, 0])
  }

  @Test(
    "BiT-HyperRule for each size of training set",
    arguments: ["bit_large_imagenet", "bit_medium_cifar", "bit_small"])
  func hyperRule(name: String) throws {
    let example = try Golden("b03_schedules", in: .module)[name]
    let count = example["params"]["dataset_size"].int
    let rates = example["inputs"]["step"].array.map(\.int).map {
      Schedule(.hyperRule).learningRate(
        base: example["params"]["base_lr"].double,
        at: Schedule.Position(
          epoch: $0 / 98, step: $0 % 98, stepsPerEpoch: 98, epochs: 1_000, trainingCount: count))
    }
    expectClose(rates, example["outputs"]["lr"].flat, relative: 1e-12, absolute: 0)
    #expect(Schedule(.hyperRule).stepLimit(trainingCount: 50_000) == 10_000)
    #expect(Schedule(.constant).stepLimit(trainingCount: 50_000) == nil)
  }

  @Test("A course of which some epochs are over is the rest of the whole one")
  func continued() {
    let courses: [Schedule.Course] = [
      .constant, .linear, .multipleDecay, .every(30, factor: 0.1), .milestones([20, 70], factor: 0.5),
      .cosine(per: .epoch, floor: 0), .cosine(per: .step, floor: 1e-4),
    ]
    func rates(_ schedule: Schedule, epochs: Int) -> [Double] {
      (0..<epochs).flatMap { epoch in
        (0..<3).map { step in
          schedule.learningRate(
            base: 0.1,
            at: Schedule.Position(
              epoch: epoch, step: step, stepsPerEpoch: 3, epochs: epochs, trainingCount: 1))
        }
      }
    }
    for course in courses {
      for warmUp in [nil, Schedule.WarmUp(epochs: 65, start: 0.1)] {
        let rest = rates(Schedule(course, warmUp: warmUp, elapsed: 60), epochs: 40)
        #expect(rest == rates(Schedule(course, warmUp: warmUp), epochs: 100).suffix(120), "\(course)")
      }
    }
    let warm = Schedule(.constant, warmUp: Schedule.WarmUp(epochs: 5, start: 0.1), elapsed: 3)
    #expect((0..<3).map(warm.isWarmingUp) == [true, true, false])
  }

  @Test("A factor at milestones")
  func milestones() throws {
    try expectEpochs("um_multiple_step", Schedule(.milestones([30, 60, 90], factor: 0.1)))
  }

  @Test("Linear warm-up, then cosine per epoch")
  func warmUp() throws {
    try expectEpochs(
      "torchvision_v2_warmup_cosine",
      Schedule(.cosine(per: .epoch, floor: 0), warmUp: Schedule.WarmUp(epochs: 5, start: 0.01)))
  }

  @Test("Cosine per step with a floor")
  func cosinePerStep() throws {
    let example = try Golden("b03_schedules", in: .module)["openood_cosine_per_step"]
    let schedule = Schedule(.cosine(per: .step, floor: example["params"]["lr_min"].double))
    let rates = example["inputs"]["step"].array.map(\.int).map {
      schedule.learningRate(
        base: example["params"]["lr"].double,
        at: Schedule.Position(
          epoch: $0 / 391, step: $0 % 391, stepsPerEpoch: 391, epochs: 100, trainingCount: 50_000))
    }
    expectClose(rates, example["outputs"]["lr"].flat, relative: 1e-12, absolute: 0)
  }

  @Test("A constant schedule stays, and a course begins when the warm-up is over")
  func courses() {
    func rates(_ schedule: Schedule) -> [Double] {
      (0..<6).map {
        schedule.learningRate(
          base: 8, at: Schedule.Position(epoch: $0, step: 3, stepsPerEpoch: 10, epochs: 6, trainingCount: 1))
      }
    }
    let warmUp = Schedule.WarmUp(epochs: 2, start: 0.5)
    #expect(rates(Schedule(.constant)) == [8, 8, 8, 8, 8, 8])
    #expect(rates(Schedule(.constant, warmUp: warmUp)) == [4, 6, 8, 8, 8, 8])
    #expect(rates(Schedule(.every(2, factor: 0.5), warmUp: warmUp)) == [4, 6, 8, 8, 4, 4])
    #expect(rates(Schedule(.milestones([3, 5], factor: 0.5), warmUp: warmUp)) == [4, 6, 8, 4, 4, 2])
  }

  @Test("A cosine per step after a warm-up starts at the base rate")
  func cosineAfterWarmUp() {
    let schedule = Schedule(
      .cosine(per: .step, floor: 0.5), warmUp: Schedule.WarmUp(epochs: 1, start: 0.1))
    func rate(_ epoch: Int, _ step: Int) -> Double {
      schedule.learningRate(
        base: 1,
        at: Schedule.Position(epoch: epoch, step: step, stepsPerEpoch: 4, epochs: 3, trainingCount: 1))
    }
    #expect(rate(0, 3) == 0.1)
    #expect(rate(1, 0) == 1)
    #expect(abs(rate(2, 0) - 0.75) < 1e-15)
  }

  private func expectEpochs(_ name: String, _ schedule: Schedule) throws {
    let example = try Golden("b03_schedules", in: .module)[name]
    let epochs = example["params"].keys.contains("epochs") ? example["params"]["epochs"].int : 100
    let rates = example["inputs"]["epoch"].array.map(\.int).map {
      schedule.learningRate(
        base: example["params"]["lr"].double,
        at: Schedule.Position(epoch: $0, step: 7, stepsPerEpoch: 10, epochs: epochs, trainingCount: 1))
    }
    expectClose(rates, example["outputs"]["lr"].flat, relative: 1e-12, absolute: 1e-17, name)
  }
}
