import Archives
import Experiments
import Foundation
import Logging
import TestSupport
import Testing
import Training

/// What TensorBoard is told, against the log.
@Suite("The log for TensorBoard")
struct EventLogTests {
  private static let stages = """
    stages=[{epochs: 2, batchSize: 16, best: {by: auroc}}, {name: tune, epochs: 1, batchSize: 16, method: \
    {unleashingMask: {floor: {at: {loss: 1}}}}}]
    """

  private func run(_ out: String) throws -> Run {
    try TinyExperiment(out: out).run(
      Self.stages, "logEvery=2", "evaluate.every=1",
      "data.oodValidation={set: synthetic-gradients, count: 25}")
  }

  private func execute(
    _ run: Run, _ events: String, resuming: Bool = false, stopAfter: Int? = nil
  ) throws -> Run.Outcome {
    let observer = EventLog(in: events, beside: Stopper(after: stopAfter), logger: silentLogger)
    return try run.execute(resuming: resuming, observer: observer, logger: silentLogger)
  }

  /// The bytes of all records of some lines, times aside.
  private func expected(_ lines: [RunLog.Line], from start: Int) -> [[UInt8]] {
    var (before, last, stage) = (0, 0, lines.first?.stage)
    let scalars = lines.map { line -> ProtocolBufferMessage in
      if line.stage != stage { before += last }
      (stage, last) = (line.stage, line.step)
      return EventFile.event(numbers(of: line), step: before + line.step, at: Date(timeIntervalSince1970: 0))
    }
    let time = Date(timeIntervalSince1970: 0)
    return ([EventFile.version(at: time), EventFile.start(from: start, at: time)] + scalars).map(\.bytes)
  }

  /// What a line tells, by tag.
  private func numbers(of line: RunLog.Line) -> [String: Float] {
    let kind = line.endsEpoch ? "epoch" : "step"
    var numbers = [
      "\(kind)/loss": line.loss, "\(kind)/learningRate": line.learningRate,
      "\(kind)/imagesPerSecond": line.imagesPerSecond,
    ]
    numbers["\(kind)/accuracy"] = line.accuracy
    numbers["\(kind)/validationAccuracy"] = line.validationAccuracy
    for (name, value) in line.outlierValidation ?? [:] {
      numbers["\(kind)/outlierValidation/\(name)"] = value
    }
    for (name, value) in line.reports ?? [:] { numbers["\(kind)/reports/\(name)"] = value }
    for (score, rows) in line.evaluation ?? [:] {
      for (row, metrics) in rows {
        for (metric, value) in metrics { numbers["\(kind)/evaluation/\(score)/\(row)/\(metric)"] = value }
      }
    }
    return numbers.mapValues { Float($0) }
  }

  /// The messages of a file's records, their times set to 0; checks every checksum.
  private func messages(_ path: String) throws -> [[UInt8]] {
    var rest = Array(try #require(FileManager.default.contents(atPath: path)))[...]
    var messages: [[UInt8]] = []
    func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reversed().reduce(0) { $0 << 8 | Int($1) } }
    while !rest.isEmpty {
      let length = number(rest.prefix(8))
      #expect(number(rest.dropFirst(8).prefix(4)) == Int(CRC32C.masked(of: rest.prefix(8))))
      var message = Array(rest.dropFirst(12).prefix(length))
      #expect(number(rest.dropFirst(12 + length).prefix(4)) == Int(CRC32C.masked(of: message)))
      #expect(message.prefix(1) == [0x09] && message.count >= 9)
      message.replaceSubrange(1..<9, with: [UInt8](repeating: 0, count: 8))
      messages.append(message)
      rest = rest.dropFirst(16 + length)
    }
    return messages
  }

  private func eventFiles(_ folder: String) throws -> [String] {
    try files(below: folder).map { "\(folder)/\($0)" }
  }

  @Test("Every line of the log is one record, and steps count through all stages")
  func complete() throws {
    try withTemporaryFolder { out in
      let run = try run(out)
      let events = EventLog.folder(of: run.recipe, below: "\(out)/events")
      #expect(events == "\(out)/events/tiny/\(run.recipe.hash)/seed0")
      guard case .completed = try execute(run, events) else { throw CocoaError(.userCancelled) }
      let written = try eventFiles(events)
      try #require(written.count == 1)
      let lines = try RunLog.lines(at: run.folder.log)
      // Fifty pictures, batches of sixteen: four steps an epoch, a line after every other.
      #expect(lines.map(\.step) == [2, 4, 4, 6, 8, 8, 2, 4, 4])
      #expect(try messages(written[0]) == expected(lines, from: 0))
    }
  }

  @Test("A resumed run goes on in another file from where the log ends")
  func resumed() throws {
    try withTemporaryFolder { out in
      let (run, events) = (try run(out), "\(out)/events")
      guard case .interrupted = try execute(run, events, stopAfter: 9) else {
        throw CocoaError(.userCancelled)
      }
      let before = try RunLog.lines(at: run.folder.log)
      guard case .completed = try execute(run, events, resuming: true) else {
        throw CocoaError(.userCancelled)
      }
      let written = try eventFiles(events)
      try #require(written.count == 2)
      let lines = try RunLog.lines(at: run.folder.log)
      #expect(before.last?.stage == "train" && before.last?.step == 8)
      #expect(try messages(written[0]) == expected(before, from: 0))
      // The version, the step from which it holds, and the lines of the second stage, whose steps follow eight others.
      let second = try messages(written[1])
      #expect(
        second == [0, 1].map { expected(lines, from: 9)[$0] }
          + expected(lines, from: 9).dropFirst(2 + before.count))
      #expect(second.count == 2 + 3)
    }
  }

  @Test("A run that is resumed for TensorBoard for the first time tells all that was")
  func late() throws {
    try withTemporaryFolder { out in
      let (run, events) = (try run(out), "\(out)/events")
      _ = try run.execute(resuming: false, observer: Stopper(after: 6), logger: silentLogger)
      guard case .completed = try execute(run, events, resuming: true) else {
        throw CocoaError(.userCancelled)
      }
      let written = try eventFiles(events)
      try #require(written.count == 1)
      #expect(try messages(written[0]) == expected(RunLog.lines(at: run.folder.log), from: 0))
    }
  }

  @Test("A folder that cannot be written is told once and stops no training")
  func unwritable() throws {
    try withTemporaryFolder { out in
      try Data().write(to: URL(fileURLWithPath: "\(out)/events"))
      let kept = KeptMessages()
      let observer = EventLog(
        in: "\(out)/events/run", beside: SilentObserver(), logger: Logger(label: "test") { _ in kept })
      guard case .completed = try run(out).execute(resuming: false, observer: observer, logger: silentLogger)
      else { throw CocoaError(.userCancelled) }
      #expect(kept.messages.count == 1)
      #expect(
        kept.messages[0].hasPrefix(
          "nothing more is written for TensorBoard: \(out)/events/run: cannot be created"))
    }
  }
}

/// Interrupts a run after a number of steps.
private final class Stopper: TrainingObserver {
  private let limit: Int?
  private var steps = 0

  init(after limit: Int?) { self.limit = limit }

  var wantsInterruption: Bool { limit.map { steps >= $0 } ?? false }

  func didStep(_ report: StepReport) { steps += 1 }

  func didFinishEpoch(_ line: RunLog.Line) {}
}
