import Foundation
import Glibc

/// Which process of which machine: enough to see later whether it still runs, where that can be seen.
struct ProcessIdentity: Codable, Equatable, Sendable {
  /// The machine's start, by the kernel's random identifier of it.
  let boot: String

  /// The namespace that the number is of: containers on one machine have their own.
  let space: String

  /// The process number.
  let number: Int32

  /// When the process started, in ticks since the machine did: numbers are used again, those of one time are not.
  let start: String

  /// This process.
  static var current: ProcessIdentity {
    ProcessIdentity(
      boot: text("/proc/sys/kernel/random/boot_id") ?? "", space: ownSpace, number: getpid(),
      start: start(of: getpid()) ?? "")
  }

  /// The machine's name.
  static var host: String { ProcessInfo.processInfo.hostName }

  /// Whether the process runs; nil where this process cannot see it.
  var isAlive: Bool? {
    guard !boot.isEmpty, !space.isEmpty, boot == Self.current.boot, space == Self.ownSpace else { return nil }
    return Self.start(of: number) == start
  }

  private static var ownSpace: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")) ?? ""
  }

  /// The start time of a process; nil if there is none of that number, or only its remains.
  private static func start(of number: Int32) -> String? {
    // "PID (NAME) STATE …": the name may hold anything, so the fields are counted from its last bracket.
    guard let line = text("/proc/\(number)/stat"), let bracket = line.lastIndex(of: ")") else { return nil }
    let fields = line[line.index(after: bracket)...].split(separator: " ")
    guard fields.count > 19, !["Z", "X"].contains(fields[0]) else { return nil }
    return String(fields[19])
  }

  private static func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map {
      String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }
}
