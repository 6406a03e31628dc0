import Archives
import Foundation
import Networks

/// A run's checkpoints: for each of them the network's weights under PyTorch's names, the optimizer's
/// state, and `NAME.state.json` with the position.
///
/// What a training method has to remember lies beside them in `NAME.method.safetensors`.
///
/// Where weights are averaged, the weights are the average, and those that training goes on with lie beside
/// them in `NAME.trained.safetensors`.
///
/// The files of a checkpoint change together. New ones are written under `….next` names, the state
/// last; then they are renamed, the state last again. So whenever a process dies, either the old files
/// are whole or the new ones are, some of them under their new names still.
public struct CheckpointFolder: Sendable {
  /// The folder's path.
  public let path: String

  /// The checkpoint a run continues from.
  public static let last = "last"

  /// The checkpoint of the best epoch.
  public static let best = "best"

  /// The name of the checkpoint after an epoch (from 0): "epoch-0005" after the fifth.
  public static func name(afterEpoch epoch: Int) -> String {
    let number = String(epoch + 1)
    return "epoch-" + String(repeating: "0", count: max(0, 4 - number.count)) + number
  }

  /// The checkpoints below `path`.
  public init(path: String) {
    self.path = path
  }

  /// The path of a checkpoint's weights.
  public func weights(_ name: String) -> String { "\(path)/\(name).safetensors" }

  private func trained(_ name: String) -> String { "\(path)/\(name).trained.safetensors" }
  private func optimizer(_ name: String) -> String { "\(path)/\(name).optimizer.safetensors" }
  private func method(_ name: String) -> String { "\(path)/\(name).method.safetensors" }
  private func state(_ name: String) -> String { "\(path)/\(name).state.json" }

  /// In the order in which they are written and renamed; the state vouches for the others.
  private func files(_ name: String) -> [String] {
    [weights(name), trained(name), optimizer(name), method(name), state(name)]
  }

  /// Whether there is such a checkpoint, complete or to be completed.
  public func contains(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: state(name))
      || FileManager.default.fileExists(atPath: state(name) + Self.pending)
  }

  private static let pending = ".next"

  /// Writes a checkpoint, replacing one of the same name.
  ///
  /// `trained` are the weights that training goes on with, where `weights` are an average of them.
  public func write(
    _ name: String, weights: [NamedArray], trained: [NamedArray]? = nil, optimizer: [NamedArray],
    method: [NamedArray] = [], state: CheckpointState
  ) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    // Left-overs of an interrupted write are not to vouch for what is written now.
    try settle(name)
    let files = files(name).map { $0 + Self.pending }
    try SafeTensors.write(weights, metadata: ["format": "pt"], to: files[0])
    if let trained { try SafeTensors.write(trained, metadata: ["format": "pt"], to: files[1]) }
    try SafeTensors.write(optimizer, to: files[2])
    var state = state
    state.hasMethodState = !method.isEmpty
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    if !method.isEmpty { try SafeTensors.write(method, to: files[3]) }
    try AtomicFile.write(Array(encoder.encode(state)), to: files[4])
    try settle(name)
  }

  /// Reads a checkpoint's state.
  public func readState(_ name: String) throws -> CheckpointState {
    let path = present(state(name), of: name)
    guard let data = FileManager.default.contents(atPath: path) else {
      throw FileError(path, "there is no such checkpoint")
    }
    do {
      return try JSONDecoder().decode(CheckpointState.self, from: data)
    } catch {
      throw FileError(path, "is not the state of a checkpoint, or one of another version of limen")
    }
  }

  /// Opens a checkpoint's weights.
  public func readWeights(_ name: String) throws -> SafeTensorsFile {
    try SafeTensorsFile(present(weights(name), of: name))
  }

  /// Opens the weights that training goes on with, where a checkpoint's weights are an average of them.
  public func readTrained(_ name: String) throws -> SafeTensorsFile {
    try SafeTensorsFile(present(trained(name), of: name))
  }

  /// Opens a checkpoint's optimizer state.
  public func readOptimizer(_ name: String) throws -> SafeTensorsFile {
    try SafeTensorsFile(present(optimizer(name), of: name))
  }

  /// Opens what the training method remembered; nil if there is nothing.
  public func readMethod(_ name: String) throws -> SafeTensorsFile? {
    // What lies there may be of an earlier stage whose method did remember something.
    guard try readState(name).hasMethodState == true else { return nil }
    return try SafeTensorsFile(present(method(name), of: name))
  }

  /// Where a file of a checkpoint is: under its new name if its writer died before renaming it.
  ///
  /// Readers change nothing, because the writer may be at work.
  private func present(_ file: String, of name: String) -> String {
    let pending = file + Self.pending
    return isComplete(name) && FileManager.default.fileExists(atPath: pending) ? pending : file
  }

  /// Whether all new files of a checkpoint have been written and not all been renamed.
  private func isComplete(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: state(name) + Self.pending)
  }

  /// Completes a checkpoint whose new files are all written but not all renamed; removes the new files of
  /// one that was not written to its end.
  private func settle(_ name: String) throws {
    let manager = FileManager.default
    let isComplete = isComplete(name)
    for file in files(name) where manager.fileExists(atPath: file + Self.pending) {
      if isComplete {
        guard rename(file + Self.pending, file) == 0 else {
          throw FileError(file, "cannot be replaced: \(String(cString: strerror(errno)))")
        }
      } else {
        try manager.removeItem(atPath: file + Self.pending)
      }
    }
  }
}

/// What a checkpoint knows beside weights and optimizer state.
public struct CheckpointState: Codable, Sendable, Equatable {
  /// Where the run stood.
  public var position: TrainingPosition

  /// The run's seed.
  public var seed: UInt64

  /// The hash of the resolved recipe.
  public var recipeHash: String

  /// The optimizer's name, such as "sgd".
  public var optimizer: String

  /// The micro-kernels that computed; others give other last bits.
  public var kernels: String

  /// How many bytes the log had.
  public var logLength: Int

  /// Whether the training method's memory belongs to the checkpoint; nil in those of earlier versions, as for false.
  public internal(set) var hasMethodState: Bool?

  /// A state of given parts.
  public init(
    position: TrainingPosition, seed: UInt64, recipeHash: String, optimizer: String, kernels: String,
    logLength: Int
  ) {
    self.position = position
    self.seed = seed
    self.recipeHash = recipeHash
    self.optimizer = optimizer
    self.kernels = kernels
    self.logLength = logLength
  }
}
