import Archives
import Foundation

/// Where a run is kept: `OUT/NAME/HASH/seedK`.
public struct RunFolder: Sendable, Equatable {
  /// The folder's path.
  public let path: String

  /// The folder at `path`.
  public init(path: String) {
    self.path = path
  }

  /// The folder of a recipe below `out`; runs that differ in the seed alone are neighbours.
  public init(of recipe: Recipe, below out: String) {
    self.init(path: "\(out)/\(recipe.name)/\(recipe.hash)/seed\(recipe.seed)")
  }

  /// The resolved recipe.
  public var recipe: String { "\(path)/recipe.yaml" }

  /// What was taken from every channel, and what the rest was divided by.
  public var normalization: String { "\(path)/normalization.json" }

  /// What was logged in training, one line an epoch.
  public var log: String { "\(path)/log.jsonl" }

  /// All metrics.
  public var results: String { "\(path)/results.json" }

  /// How the norms of representations are distributed, if the recipe asks for it.
  public var normHistogram: String { "\(path)/representation-norms.svg" }

  /// Program, machine and cost of the run.
  public var environment: String { "\(path)/environment.json" }

  /// Where the time of a training step went, if the run was asked to tell.
  public var profile: String { "\(path)/profile.json" }

  /// The weights and states.
  public var checkpoints: String { "\(path)/checkpoints" }

  /// The feature table of an evaluated set.
  public func features(_ set: String) -> String { "\(path)/features/\(set).safetensors" }

  /// Where the outcomes of analyses are.
  public var analyses: String { "\(path)/analyses" }

  /// Whether a run has begun here.
  public var isTaken: Bool { FileManager.default.fileExists(atPath: recipe) }

  /// Whether a run has been finished here.
  public var isFinished: Bool { FileManager.default.fileExists(atPath: results) }

  /// Moves an earlier run out of the way and returns where it went; nil if there is none.
  ///
  /// A new run never overwrites hours of work because somebody forgot to ask for a resume.
  public func setAside() throws -> String? {
    guard isTaken else { return nil }
    var number = 1
    while FileManager.default.fileExists(atPath: "\(path).earlier\(number)") { number += 1 }
    let target = "\(path).earlier\(number)"
    do {
      try FileManager.default.moveItem(atPath: path, toPath: target)
    } catch {
      throw FileError(path, "holds an earlier run that cannot be moved to \(target)")
    }
    return target
  }

  /// Creates the folder.
  public func create() throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw FileError(path, "cannot be created: \(error.localizedDescription)")
    }
  }
}
