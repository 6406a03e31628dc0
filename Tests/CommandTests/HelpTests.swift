import Foundation
import Testing

@Suite("Help")
struct HelpTests {
  private static let commands = [
    "", "train", "evaluate", "table", "report", "score", "predict", "recipe", "recipe list", "recipe show",
    "recipe check",
    "recipe diff", "data", "data list", "data check", "data fetch", "data preview", "network", "weights",
    "weights show", "weights convert", "weights export", "bench",
    "doctor",
  ]

  /// With LIMEN_RECORD_SNAPSHOTS set, the files are written instead of compared.
  @Test("every command's help has an example and is the text kept in Snapshots", arguments: commands)
  func snapshot(_ command: String) throws {
    let words = command.split(separator: " ").map(String.init)
    let outcome = try LimenProcess(words + ["--help"]).outcome()
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    #expect(outcome.output.contains(#/(Example|Examples|For example|for example):\n\n +limen /#))

    let file =
      "\(packageFolder)/Tests/CommandTests/Snapshots/\((["limen"] + words).joined(separator: "-")).txt"
    if ProcessInfo.processInfo.environment["LIMEN_RECORD_SNAPSHOTS"] != nil {
      try outcome.output.write(toFile: file, atomically: true, encoding: .utf8)
    }
    let kept = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
    let difference = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
      .difference(from: kept.split(separator: "\n", omittingEmptySubsequences: false))
    let shown = difference.map { change in
      switch change {
      case .insert(let line, let text, _): "now  \(line + 1): \(text)"
      case .remove(let line, let text, _): "kept \(line + 1): \(text)"
      }
    }
    #expect(
      outcome.output == kept,
      "\(file) differs; LIMEN_RECORD_SNAPSHOTS=1 swift test records it anew:\n\(shown.joined(separator: "\n"))"
    )
  }

  @Test("no snapshot is kept of a command that is gone, and no command is without one")
  func complete() throws {
    let kept = try FileManager.default.contentsOfDirectory(
      atPath: "\(packageFolder)/Tests/CommandTests/Snapshots")
    let expected = Self.commands.map { command in
      (["limen"] + command.split(separator: " ").map(String.init)).joined(separator: "-") + ".txt"
    }
    #expect(kept.sorted() == expected.sorted())
  }

  @Test("--version prints the version alone")
  func version() throws {
    let outcome = try LimenProcess.run("--version")
    #expect(outcome.status == 0)
    #expect(outcome.output.wholeMatch(of: #/\d+\.\d+\.\d+\n/#) != nil)
  }
}
