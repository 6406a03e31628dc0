import Archives
import Detection
import Foundation
import Kernels

/// What a run ran on and what it cost: the content of environment.json.
public struct RunEnvironment: Codable, Sendable, Equatable {
  /// The program's version.
  public var version: String

  /// The commit that was checked out around the program when it ran, nil outside a checkout.
  public var commit: String?

  /// The micro-kernels in force.
  public var kernels: String

  /// Threads that computed.
  public var threads: Int

  /// The number format of activations in training.
  public var precision: String

  /// Seconds spent in steps of training, over all sessions.
  public var trainingSeconds: Double

  /// Seconds of the last session, evaluation included.
  public var wallSeconds: Double

  /// The largest resident memory of the last session, in bytes.
  public var peakMemoryBytes: Int

  /// The largest memory that tensors had at once, in bytes.
  public var peakTensorBytes: Int

  /// What each score cost when the run was last evaluated, by its name in results.json; nil before.
  public var scores: [String: ScoreCost]?

  /// The program's version.
  public static let version = "0.1.0"

  /// The content of an environment.json; nil if there is none.
  static func read(_ path: String) -> RunEnvironment? {
    FileManager.default.contents(atPath: path).flatMap {
      try? JSONDecoder().decode(RunEnvironment.self, from: $0)
    }
  }

  /// Writes environment.json.
  public func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    try AtomicFile.write(Array(encoder.encode(self)) + [UInt8(ascii: "\n")], to: path)
  }

  /// The largest resident memory of this process so far, in bytes.
  public static var peakMemoryBytes: Int {
    // The figure of getrusage begins with that of the program that started this one.
    if let peak = systemValue("VmHWM", in: "/proc/self/status"),
      let kibibytes = Int(peak.prefix { $0.isNumber })
    {
      return kibibytes * 1_024
    }
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1_024
  }

  /// The processor's name, such as "Intel(R) Xeon(R) Platinum 8480+"; nil if the system does not tell.
  public static var processor: String? { systemValue("model name", in: "/proc/cpuinfo") }

  /// What stands behind "name :" in a file of lines that the system provides; the first of several.
  private static func systemValue(_ name: String, in file: String) -> String? {
    guard let line = text(file)?.split(separator: "\n").first(where: { $0.hasPrefix(name) }),
      let colon = line.firstIndex(of: ":")
    else { return nil }
    return line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
  }

  /// The commit checked out around the program, nil outside a checkout.
  public static var commit: String? {
    guard
      let git = try? ProjectFolder.located(".git", holding: "HEAD", workingDirectory: ""),
      let head = text("\(git)/HEAD")
    else { return nil }
    guard head.hasPrefix("ref: ") else { return head }
    let reference = String(head.dropFirst(5))
    if let commit = text("\(git)/\(reference)") { return commit }
    // After git has packed its references they are lines "commit reference".
    let packed = text("\(git)/packed-refs")?.split(separator: "\n") ?? []
    return packed.first { $0.hasSuffix(" \(reference)") }.map { String($0.prefix { $0 != " " }) }
  }

  private static func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map {
      String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }
}
