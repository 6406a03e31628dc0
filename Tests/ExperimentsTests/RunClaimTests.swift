import Experiments
import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

@Suite("Claims of runs")
struct RunClaimTests {
  private func withRun(_ body: (RunFolder, String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let run = RunFolder(path: "\(folder)/tiny/0123456789abcdef/seed0")
      try FileManager.default.createDirectory(atPath: run.path + ".claims", withIntermediateDirectories: true)
      try body(run, run.path + ".claims")
    }
  }

  /// Writes a claim of another process, touched so many seconds ago.
  private func write(
    _ path: String, boot: String, space: String, number: Int32, start: String, age: Double = 0
  ) throws {
    let process =
      "{\"boot\": \"\(boot)\", \"space\": \"\(space)\", \"number\": \(number), \"start\": \"\(start)\"}"
    try "{\"host\": \"other\", \"isReleased\": false, \"process\": \(process)}".write(
      toFile: path, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.modificationDate: Date() - age], ofItemAtPath: path)
  }

  private var boot: String {
    get throws {
      try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }

  private var space: String {
    get throws { try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid") }
  }

  @Test("a run is one owner's until it gives it up; a finished run's claims are gone")
  func exclusion() throws {
    try withRun { run, claims in
      let first = try #require(try RunClaim.take(run) {})
      #expect(try RunClaim.take(run) {} == nil)
      try first.release()
      let second = try #require(try RunClaim.take(run) {})
      #expect(try FileManager.default.contentsOfDirectory(atPath: claims).sorted() == ["1", "2"])
      #expect(try RunClaim.take(run) {} == nil)
      second.finish()
      #expect(!FileManager.default.fileExists(atPath: claims))
    }
  }

  @Test("a failure is told by the claim it ended, until the next")
  func failure() throws {
    try withRun { run, _ in
      #expect(RunClaim.failure(of: run) == nil)
      let first = try #require(try RunClaim.take(run, team: "a") {})
      #expect(RunClaim.failure(of: run) == nil)
      try first.release(because: "no room")
      let failure = try #require(RunClaim.failure(of: run))
      #expect(failure.number == 1 && failure.reason == "no room" && failure.team == "a")
      #expect(try RunClaim.take(run) {} == nil)
      let second = try #require(try RunClaim.take(run, after: failure) {})
      #expect(RunClaim.failure(of: run) == nil)
      try second.release()
      #expect(RunClaim.failure(of: run) == nil)
    }
  }

  @Test("a dead process of this machine is succeeded at once, whether its number is free or used again")
  func dead() throws {
    try withRun { run, claims in
      // Larger than the kernel gives out.
      try write("\(claims)/1", boot: boot, space: space, number: 2_000_000_000, start: "5")
      let claim = try #require(try RunClaim.take(run) {})
      claim.finish()
    }
    try withRun { run, claims in
      try write("\(claims)/1", boot: boot, space: space, number: getpid(), start: "not this one")
      #expect(try RunClaim.take(run) {} != nil)
    }
  }

  @Test("an owner out of sight is believed as long as it touches its claim, and no longer")
  func outOfSight() throws {
    for (boot, space) in [("another", try space), (try boot, "another")] {
      try withRun { run, claims in
        try write("\(claims)/7", boot: boot, space: space, number: 1, start: "1", age: 20)
        #expect(try RunClaim.take(run, patience: 60) {} == nil)
        let claim = try #require(try RunClaim.take(run, patience: 10) {})
        #expect(try FileManager.default.contentsOfDirectory(atPath: claims).sorted() == ["7", "8"])
        claim.finish()
      }
    }
  }

  @Test("of many that find a dead owner at the same time one succeeds it")
  func race() throws {
    for _ in 0..<20 {
      try withRun { run, claims in
        try write("\(claims)/1", boot: boot, space: space, number: 2_000_000_000, start: "5")
        let waiting = Atomic(8)
        let winners = Mutex(0)
        let ended = DispatchSemaphore(value: 0)
        for _ in 0..<8 {
          Thread.detachNewThread {
            // All at once, as many as there are.
            waiting.subtract(1, ordering: .acquiringAndReleasing)
            while waiting.load(ordering: .acquiring) > 0 { sched_yield() }
            if let claim = try? RunClaim.take(run, onLoss: {}) {
              winners.withLock { $0 += 1 }
              withExtendedLifetime(claim) { Thread.sleep(forTimeInterval: 0.02) }
            }
            ended.signal()
          }
        }
        for _ in 0..<8 { ended.wait() }
        #expect(winners.withLock { $0 } == 1)
      }
    }
  }

  @Test("an owner keeps its claim fresh, and hears when it was taken over")
  func heartbeat() throws {
    try withRun { run, claims in
      let losses = Mutex(0)
      let claim = try #require(try RunClaim.take(run, patience: 0.5) { losses.withLock { $0 += 1 } })
      let before = try FileManager.default.attributesOfItem(atPath: "\(claims)/1")[.modificationDate] as? Date
      Thread.sleep(forTimeInterval: 0.4)
      let after = try FileManager.default.attributesOfItem(atPath: "\(claims)/1")[.modificationDate] as? Date
      #expect(try #require(after) > #require(before))
      #expect(losses.withLock { $0 } == 0)
      try write("\(claims)/2", boot: "another", space: "another", number: 1, start: "1")
      Thread.sleep(forTimeInterval: 0.4)
      // Several beats later it has heard so once, and its end is no matter of its successor's claim.
      #expect(losses.withLock { $0 } == 1)
      claim.finish()
      #expect(try FileManager.default.contentsOfDirectory(atPath: claims).sorted() == ["1", "2"])
    }
  }

  @Test("a claim that has vanished is lost, and its owner does not make it anew")
  func vanished() throws {
    try withRun { run, claims in
      let losses = Mutex(0)
      let claim = try #require(try RunClaim.take(run, patience: 0.2) { losses.withLock { $0 += 1 } })
      try FileManager.default.removeItem(atPath: "\(claims)/1")
      Thread.sleep(forTimeInterval: 0.2)
      #expect(losses.withLock { $0 } == 1)
      try claim.release()
      #expect(try FileManager.default.contentsOfDirectory(atPath: claims).isEmpty)
    }
  }

  @Test("the claim of the highest number counts, ten being above nine")
  func numbers() throws {
    try withRun { run, claims in
      try write("\(claims)/9", boot: "another", space: "another", number: 1, start: "1")
      try write("\(claims)/10", boot: boot, space: space, number: 2_000_000_000, start: "5")
      #expect(try RunClaim.take(run) {} != nil)
      #expect(FileManager.default.fileExists(atPath: "\(claims)/11"))
    }
  }

  @Test("a process of any name is alive until it ends, and its remains are not")
  func names() throws {
    try withRun { run, claims in
      // What follows the bracket looks like a state and numbers.
      let program = "\(claims)/x) R 1 2"
      try FileManager.default.copyItem(atPath: "/bin/sleep", toPath: program)
      var (child, arguments) = (pid_t(), [strdup(program), strdup("60"), nil])
      defer { for argument in arguments { free(argument) } }
      try #require(posix_spawn(&child, program, nil, nil, &arguments, nil) == 0)
      defer {
        kill(child, SIGKILL)
        waitpid(child, nil, 0)
      }
      func fields() throws -> [Substring] {
        let line = try String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)
        return line.suffix(from: try #require(line.lastIndex(of: ")"))).dropFirst(2).split(separator: " ")
      }
      // The name is that of the program once it has taken the place of this one.
      for _ in 0..<200
      where try !String(contentsOfFile: "/proc/\(child)/comm", encoding: .utf8).hasPrefix("x)") {
        Thread.sleep(forTimeInterval: 0.01)
      }
      let start = String(try fields()[19])
      try write("\(claims)/1", boot: boot, space: space, number: child, start: start)
      #expect(try RunClaim.take(run) {} == nil)
      kill(child, SIGKILL)
      for _ in 0..<200 where try fields()[0] != "Z" { Thread.sleep(forTimeInterval: 0.01) }
      // Nobody has waited for it: its number and start are still there.
      #expect(try fields()[0] == "Z" && fields()[19] == start)
      #expect(try RunClaim.take(run) {} != nil)
    }
  }
}
