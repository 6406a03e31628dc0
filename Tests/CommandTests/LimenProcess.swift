import Foundation
import Testing

/// What a finished `limen` left behind.
struct LimenOutcome {
  /// What the shell would see: the exit code, or 128 and the number of the signal that ended it.
  let status: Int32

  /// Standard output.
  let output: String

  /// Standard error.
  let errors: String

  /// Standard output as one JSON document; fails when it is anything else.
  func json() throws -> Any {
    try JSONSerialization.jsonObject(with: Data(output.utf8), options: [.fragmentsAllowed])
  }

  /// Standard output as a JSON object.
  func object() throws -> [String: Any] { try #require(try json() as? [String: Any]) }
}

/// The built program as a process of its own.
final class LimenProcess {
  private let process = Process()
  private let folder: String

  /// Starts `limen` with these arguments in the package's folder, or another.
  init(
    _ arguments: [String], in workingDirectory: String = packageFolder,
    environment changes: [String: String] = [:]
  ) throws {
    folder = NSTemporaryDirectory() + "limen-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    process.executableURL = URL(fileURLWithPath: try Self.program())
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: workingDirectory)
    var environment = ProcessInfo.processInfo.environment
    environment["LIMEN_DATA"] = nil
    // What ArgumentParser wraps its help to.
    environment["COLUMNS"] = "100"
    process.environment = environment.merging(changes) { $1 }
    // Files, because a pipe that nobody empties in time would stop the program.
    process.standardOutput = try Self.file("\(folder)/output")
    process.standardError = try Self.file("\(folder)/errors")
    process.standardInput = FileHandle.nullDevice
    try process.run()
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Runs `limen` to its end.
  static func run(
    _ arguments: String..., in workingDirectory: String = packageFolder, environment: [String: String] = [:]
  ) throws -> LimenOutcome {
    try LimenProcess(arguments, in: workingDirectory, environment: environment).outcome()
  }

  /// Sends a signal.
  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Whether it has not ended yet.
  var isRunning: Bool { process.isRunning }

  /// Waits for the end.
  func outcome() throws -> LimenOutcome {
    process.waitUntilExit()
    let status = process.terminationStatus
    return LimenOutcome(
      status: process.terminationReason == .uncaughtSignal ? 128 + status : status,
      output: try String(contentsOfFile: "\(folder)/output", encoding: .utf8),
      errors: try String(contentsOfFile: "\(folder)/errors", encoding: .utf8))
  }

  private static func file(_ path: String) throws -> FileHandle {
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    return try #require(FileHandle(forWritingAtPath: path))
  }

  /// The program that was built with these tests: it lies beside the test bundle or above it.
  private static func program() throws -> String {
    let places: [String?] = [Bundle.main.executablePath, CommandLine.arguments.first, Bundle.main.bundlePath]
    for case let place? in places {
      var folder = URL(fileURLWithPath: place).resolvingSymlinksInPath()
      while folder.path != "/" {
        folder.deleteLastPathComponent()
        let program = folder.appendingPathComponent("limen").path
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: program, isDirectory: &isFolder), !isFolder.boolValue,
          FileManager.default.isExecutableFile(atPath: program)
        {
          return program
        }
      }
    }
    throw MissingProgram(description: "no program limen beside or above the tests; build it with swift build")
  }
}

/// The tests were started without the program they test.
struct MissingProgram: Error, CustomStringConvertible {
  let description: String
}

/// The package's folder.
let packageFolder = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
