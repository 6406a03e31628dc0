import Experiments
import Foundation
import Glibc
import TestSupport
import Testing

/// The batch script, run by the shell with a worker and a `scontrol` that only say what they were told.
@Suite("Scripts for Slurm")
struct SlurmScriptTests {
  /// Runs the script of a worker with this text; a signal is sent once the worker has begun.
  private func run(
    _ worker: String, sendsSignal: Bool = false
  ) throws -> (status: Int32, heard: [String], requeued: String?) {
    try withTemporaryFolder { folder in
      func write(_ name: String, _ text: String) throws {
        try ("#!/bin/bash\n" + text).write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/\(name)")
      }
      func text(_ name: String) -> String? {
        try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
      }
      try write("worker", "printf '%s\\n' \"$@\" > '\(folder)/heard'\n\(worker)\n")
      try write("scontrol", "echo \"$@\" > '\(folder)/requeued'\n")
      try write(
        "script",
        SlurmScript.text(
          name: "t", program: "\(folder)/worker", arguments: ["table", "it's $HOME", ""], taskCount: 2,
          threadCount: 3))
      let bash = Process()
      bash.executableURL = URL(fileURLWithPath: "/bin/bash")
      bash.arguments = ["\(folder)/script"]
      var environment = ProcessInfo.processInfo.environment
      environment["PATH"] = "\(folder):" + (environment["PATH"] ?? "/bin:/usr/bin")
      environment["SLURM_CPUS_PER_TASK"] = nil
      (environment["SLURM_ARRAY_JOB_ID"], environment["SLURM_ARRAY_TASK_ID"]) = ("7", "2")
      bash.environment = environment
      // Threads of tests may have signals blocked, which a child takes over.
      var (signals, before) = (sigset_t(), sigset_t())
      sigemptyset(&signals)
      sigaddset(&signals, SIGTERM)
      pthread_sigmask(SIG_UNBLOCK, &signals, &before)
      defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
      try bash.run()
      if sendsSignal {
        for _ in 0..<500 where text("begun") == nil { Thread.sleep(forTimeInterval: 0.01) }
        kill(bash.processIdentifier, SIGTERM)
      }
      bash.waitUntilExit()
      let heard = (text("heard") ?? "").split(separator: "\n", omittingEmptySubsequences: false)
      return (bash.terminationStatus, heard.dropLast().map(String.init), text("requeued"))
    }
  }

  @Test("The worker gets its arguments as they were given, and its code is the task's")
  func ends() throws {
    for code in [0, 1] as [Int32] {
      let outcome = try run("exit \(code)")
      #expect(outcome.status == code && outcome.requeued == nil)
      #expect(outcome.heard == ["table", "it's $HOME", "", "--threads", "3"])
    }
  }

  @Test("A signal reaches the worker, whose checkpoint is waited for before the task queues itself again")
  func signal() throws {
    let worker = """
      trap 'sleep 0.2; exit 130' TERM
      touch "$(dirname "$0")/begun"
      for _ in $(seq 100); do sleep 0.05; done
      exit 3
      """
    let outcome = try run(worker, sendsSignal: true)
    #expect(outcome.status == 130 && outcome.requeued == "requeue 7_2\n")
  }
}
