import ArgumentParser
import Detection
import Experiments
import Foundation
import Kernels

/// How `limen table --run` makes the runs that are missing: in this process, or in several of the same program.
struct TableRunning {
  let options: TableOptions
  let jobs: Int
  let threads: ThreadOptions
  let output: OutputOptions

  /// Makes what is missing and returns what could not be made.
  ///
  /// Throws the exit code 130 when interrupted.
  func run(_ plans: [TablePlan], files: [String], data: DataOptions) throws -> [String] {
    for plan in plans { try plan.checkRuns(data.store()) }
    Interruption.listen()
    if jobs > 1 { return try inProcesses(plans, files, data) }
    var failures: [String] = []
    for plan in plans {
      let progress = TableObserver(
        try TableProgress(plan, out: options.folders, store: data.store()), output)
      let worker = try TableWorker(
        plan, out: options.folders, store: data.store(), team: options.team, patience: options.patience
      ) { run in
        // Another process writes into the run's folder from now on.
        StatusLine.say("\(run): taken over by another process; stopping at once")
        _exit(75)
      }
      let outcome = try threads.run {
        try worker.work(observer: progress, logger: StatusLog.logger(isQuiet: output.quiet)) { run in
          progress.tell("\(plan.file.name): \(run)")
        }
      }
      failures += outcome.failures.map { "\($0.run): \($0.reason)" }
      if outcome.isInterrupted {
        StatusLine.say("interrupted after a checkpoint; the same command goes on")
        throw ExitCode(130)
      }
    }
    return failures
  }

  /// Starts so many workers, shares the threads out among them and tells how far they are.
  private func inProcesses(_ plans: [TablePlan], _ files: [String], _ data: DataOptions) throws -> [String] {
    let share = max(1, (threads.threads ?? Parallel.processorCount) / jobs)
    let progress = try plans.map { try TableProgress($0, out: options.folders, store: data.store()) }
    // They do not work, but know what has failed since.
    let watchers = try plans.map {
      try TableWorker($0, out: options.folders, store: data.store(), patience: options.patience) { _ in }
    }
    let team = String(UInt64.random(in: .min ... .max), radix: 16)
    let workers = try (0..<jobs).map { _ in
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      process.arguments =
        ["table"] + files + ["--run", "--worker", "--quiet", "--threads", String(share), "--team", team]
        + options.arguments
        + (data.directory.map { ["--data", $0] } ?? [])
      process.standardOutput = FileHandle.nullDevice
      try process.run()
      return process
    }
    var hasStopped = false
    var last = (text: "", time: Date.distantPast)
    while workers.contains(where: \.isRunning) {
      if Interruption.isRequested, !hasStopped {
        // Once: a second signal would end them without a checkpoint. They are a process group of their own each.
        hasStopped = true
        for worker in workers where worker.isRunning { worker.terminate() }
      }
      Thread.sleep(forTimeInterval: 0.5)
      let text = zip(plans, progress).map { "\($0.file.name): \(Self.text($1))" }.joined(separator: "; ")
      guard !output.quiet, text != last.text, Date().timeIntervalSince(last.time) > 10 else { continue }
      last = (text, Date())
      StatusLine.say(text)
    }
    if Interruption.isRequested {
      StatusLine.say("interrupted after checkpoints; the same command goes on")
      throw ExitCode(130)
    }
    let failures = watchers.flatMap { $0.failuresOfAll() }.map { "\($0.run): \($0.reason)" }
    guard failures.isEmpty, progress.contains(where: { $0.finishedCount < $0.count }) else { return failures }
    return workers.filter { $0.terminationStatus != 0 }.map {
      "a worker ended with code \($0.terminationStatus)"
    }
  }

  /// "5 of 27 runs, 23 % of the work, about 2 h 05 min left".
  static func text(_ progress: TableProgress) -> String {
    let state = progress.state()
    let rest = state.remainingSeconds.map { ", about \(FigureText.duration($0)) left" } ?? ""
    return
      "\(progress.finishedCount) of \(progress.count) runs, \(Int(state.share * 100)) % of the work\(rest)"
  }
}
