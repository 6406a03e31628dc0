import Experiments
import Foundation
import Images
import Logging
import Training

/// An experiment of seconds: ResNet-8, one epoch on sixty drawn pictures, ten of them for validation.
struct TinyExperiment {
  static let text = """
    name: tiny
    data:
      train: {set: synthetic, count: 60}
      test: {set: synthetic, count: 40}
      validation: {fraction: 0.2}
      near: [{set: synthetic-unseen, count: 30}]
      far: [{set: synthetic-noise, count: 20}]
    network: resnet8
    stages:
      - epochs: 1
        batchSize: 16
        checkpoint: {every: 1}
        optimizer: {sgd: {learningRate: 0.05}}
    """

  /// The folder that run folders are made in.
  let out: String

  /// The recipe, changed by `overrides`.
  static func recipe(_ overrides: String...) throws -> Recipe {
    try Recipe(RecipeSource(file: "tiny.yaml", text: text, overrides: overrides))
  }

  /// A run of the recipe in `out`, changed by `overrides`.
  func run(_ overrides: String...) throws -> Run {
    let recipe = try Recipe(RecipeSource(file: "tiny.yaml", text: Self.text, overrides: overrides))
    return try Run(recipe, store: drawnOnly, out: out)
  }
}

/// A store that knows no set but the drawn ones.
let drawnOnly = DataStore(catalogue: Catalogue(path: "catalogue.yaml", entries: []), directories: [])

extension Run {
  /// Trains and evaluates; returns what was said on the way.
  @discardableResult
  func complete(resuming: Bool = false) throws -> (results: RunResults, notices: [String]) {
    let kept = KeptMessages()
    let outcome = try execute(
      resuming: resuming, observer: SilentObserver(), logger: Logger(label: "test") { _ in kept })
    let notices = kept.messages
    guard case .completed(let results) = outcome else { throw CocoaError(.userCancelled) }
    return (results, notices)
  }
}

/// A log that keeps what it is told.
final class KeptMessages: LogHandler, @unchecked Sendable {
  // Used by one thread: that of the run.
  private(set) var messages: [String] = []
  var logLevel: Logger.Level = .notice
  var metadata: Logger.Metadata = [:]

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) { messages.append(event.message.description) }
}

/// A logger that nobody hears.
let silentLogger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Watches and says nothing.
final class SilentObserver: TrainingObserver {
  var wantsInterruption: Bool { false }
  func didStep(_ report: StepReport) {}
  func didFinishEpoch(_ line: RunLog.Line) {}
}

/// The bytes of a file; nil if there is none.
func bytes(_ path: String) -> Data? { FileManager.default.contents(atPath: path) }

/// All files below a folder, relative to it and sorted.
func files(below folder: String) throws -> [String] {
  try FileManager.default.subpathsOfDirectory(atPath: folder).filter { path in
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: "\(folder)/\(path)", isDirectory: &isFolder)
      && !isFolder.boolValue
  }.sorted()
}
