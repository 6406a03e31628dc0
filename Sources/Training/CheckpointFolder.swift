import Archives
import Foundation
import Networks

/// A run's checkpoints: for each of them the network's weights under PyTorch's names, the optimizer's
/// state, and `NAME.state.json` with the position.
///
/// The three files of a checkpoint change together. New ones are written under `….next` names, the state
/// last; then they are renamed, the state last again. So whenever a process dies, either the old three
/// are whole or the new three can be completed, which `recover` does.
public struct CheckpointFolder: Sendable {
  /// The folder's path.
  public let path: String

  /// The checkpoint a run continues from.
  public static let last = "last"

  /// The checkpoint of the best validation accuracy.
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

  private func optimizer(_ name: String) -> String { "\(path)/\(name).optimizer.safetensors" }
  private func state(_ name: String) -> String { "\(path)/\(name).state.json" }

  /// In the order in which they are written and renamed; the state vouches for the other two.
  private func files(_ name: String) -> [String] { [weights(name), optimizer(name), state(name)] }

  /// Whether there is such a checkpoint, complete or to be completed.
  public func contains(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: state(name))
      || FileManager.default.fileExists(atPath: state(name) + Self.pending)
  }

  private static let pending = ".next"

  /// Writes a checkpoint, replacing one of the same name.
  public func write(
    _ name: String, weights: [NamedArray], optimizer: [NamedArray], state: CheckpointState
  ) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    // Left-overs of an interrupted write are not to vouch for what is written now.
    try recover(name)
    let files = files(name).map { $0 + Self.pending }
    try SafeTensors.write(weights, metadata: ["format": "pt"], to: files[0])
    try SafeTensors.write(optimizer, to: files[1])
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    try AtomicFile.write(Array(encoder.encode(state)), to: files[2])
    try recover(name)
  }

  /// Reads a checkpoint's state; completes it first if its writer died while renaming.
  public func readState(_ name: String) throws -> CheckpointState {
    try recover(name)
    let path = state(name)
    guard let data = FileManager.default.contents(atPath: path) else {
      throw FileError(path, "there is no such checkpoint")
    }
    do {
      return try JSONDecoder().decode(CheckpointState.self, from: data)
    } catch {
      throw FileError(path, "is not the state of a checkpoint written by limen")
    }
  }

  /// Opens a checkpoint's weights.
  public func readWeights(_ name: String) throws -> SafeTensorsFile {
    try recover(name)
    return try SafeTensorsFile(weights(name))
  }

  /// Opens a checkpoint's optimizer state.
  public func readOptimizer(_ name: String) throws -> SafeTensorsFile {
    try recover(name)
    return try SafeTensorsFile(optimizer(name))
  }

  /// Completes a checkpoint whose new files are all written but not all renamed; removes the new files of
  /// one that was not written to its end.
  private func recover(_ name: String) throws {
    let files = files(name)
    let manager = FileManager.default
    let isComplete = manager.fileExists(atPath: files[2] + Self.pending)
    for file in files where manager.fileExists(atPath: file + Self.pending) {
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

  /// How many bytes the log had.
  public var logLength: Int

  /// A state of given parts.
  public init(position: TrainingPosition, seed: UInt64, recipeHash: String, optimizer: String, logLength: Int)
  {
    self.position = position
    self.seed = seed
    self.recipeHash = recipeHash
    self.optimizer = optimizer
    self.logLength = logLength
  }
}
