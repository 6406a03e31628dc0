import ArgumentParser
import Detection
import Experiments
import Foundation
import Images
import Synchronization

extension DataCommand {
  /// The subcommand `limen data fetch`.
  struct Fetch: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "fetch", abstract: "Download sets that the catalogue knows where to get.",
      discussion: """
        Goes into the folder given with --data, else into $LIMEN_DATA, else into Data/. An interrupted download is \
        taken up where it ended; sizes and checksums are verified. The variables https_proxy and http_proxy name \
        a proxy.

        Example:

          limen data fetch cifar10 cifar100 --data /data/images
        """)

    @Argument(help: "Names of sets.")
    var sets: [String]

    @OptionGroup var data: DataOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let store = try data.store(makesFolder: true)
      let entries = try sets.map { try store.catalogue.entry($0) }
      let progress = FetchProgress(isQuiet: output.quiet)
      let fetcher = Fetcher(into: store.directories.first ?? "Data") { progress.show($0) }
      for entry in entries {
        try fetcher.fetch(entry, catalogue: store.catalogue, having: store.directories)
      }
      let paths = progress.paths
      if output.json { try output.show(paths) } else { for path in paths { print(path) } }
    }
  }
}

/// Tells on standard error how a download goes: one line that is rewritten on a terminal.
private final class FetchProgress: Sendable {
  private struct State {
    var paths: [String] = []
    var lastUpdate = Date.distantPast
    var lastBytes = 0
    var speed = 0.0
  }

  private let isQuiet: Bool
  private let state = Mutex(State())

  init(isQuiet: Bool) {
    self.isQuiet = isQuiet
  }

  /// What is there now, in the order of its arrival.
  var paths: [String] { state.withLock { $0.paths } }

  func show(_ event: Fetcher.Event) {
    switch event {
    case .present(let path):
      keep(path)
      say("\(path) is here already")
    case .fetched(let path):
      keep(path)
      say("\(path) is complete")
    case .unpacking(let name): say("unpacking \(name)")
    case .retrying(let name, let problem, let pause):
      say("\(name): \(problem); trying again in \(FigureText.duration(pause))")
    case .received(let name, let bytes, let size): update(name, bytes, size)
    }
  }

  private func keep(_ path: String) {
    state.withLock { if !$0.paths.contains(path) { $0.paths.append(path) } }
  }

  private func say(_ text: String) {
    if !isQuiet { StatusLine.say(text) }
  }

  private func update(_ name: String, _ bytes: Int, _ size: Int?) {
    guard !isQuiet, StatusLine.isTerminal else { return }
    let speed = state.withLock { state -> Double? in
      let seconds = Date().timeIntervalSince(state.lastUpdate)
      guard seconds > 0.2 else { return nil }
      // The first piece of a file and one after a long pause say nothing about speed.
      if seconds < 5, bytes >= state.lastBytes {
        let now = Double(bytes - state.lastBytes) / seconds
        state.speed = state.speed == 0 ? now : 0.9 * state.speed + 0.1 * now
      }
      state.lastUpdate = Date()
      state.lastBytes = bytes
      return state.speed
    }
    guard let speed else { return }
    var text = "\(name)  \(ByteCount.text(bytes))"
    if let size { text += " of \(ByteCount.text(size))" }
    if speed > 0 {
      text += "  \(ByteCount.text(Int(speed)))/s"
      if let size { text += "  \(FigureText.duration(Double(size - bytes) / speed)) left" }
    }
    StatusLine.rewrite(text)
  }
}
