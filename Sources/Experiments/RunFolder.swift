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

  /// Creates the folder and those it lies in; throws a `FileError` with the system's own words.
  public func create() throws {
    var folder = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      folder += folder.isEmpty || folder.hasSuffix("/") ? part : "/\(part)"
      if mkdir(folder, 0o777) == 0 { continue }
      let problem = errno
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
        let reason = problem == EEXIST ? "there is a file of that name" : String(cString: strerror(problem))
        throw FileError(folder, "cannot be created as a folder: \(reason)")
      }
    }
  }

  /// Takes back a run that failed before it logged or saved anything, and puts an earlier one in its place.
  ///
  /// Removes only what a run writes before its first step; whatever else is there stays.
  func takeBack(restoring earlier: String?) {
    let files = FileManager.default
    let written = Set(["recipe.yaml", "normalization.json", "log.jsonl"])
    guard let names = try? files.contentsOfDirectory(atPath: path), written.isSuperset(of: names),
      files.contents(atPath: log)?.isEmpty ?? true
    else { return }
    for name in names { unlink("\(path)/\(name)") }
    // The folders above it go too where nothing else is in them: rmdir takes empty ones only.
    var folder = path
    for _ in 0..<3 where rmdir(folder) == 0 { folder = (folder as NSString).deletingLastPathComponent }
    if let earlier { _ = try? files.moveItem(atPath: earlier, toPath: path) }
  }

  /// Throws a `FileError` if there is no run in the folder; it names one that lies below it, if any does.
  func requireRun() throws {
    if !isTaken { throw noRun() }
  }

  /// The error of a folder without a run, in which `alternative` too was looked for.
  func noRun(_ alternative: String = "") -> FileError {
    FileError(path, "holds no run: there is no recipe.yaml in it\(alternative)\(Self.hint(below: path))")
  }

  /// "; there is one in …" for the first run up to three folders below.
  private static func hint(below path: String) -> String {
    var folders = [path]
    for _ in 0..<3 {
      let below = folders.lazy.flatMap { folder in
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
          .map { "\(folder)/\($0)" }
      }
      // Somebody may have named a large folder.
      folders = Array(below.prefix(1_000))
      if let run = folders.first(where: { RunFolder(path: $0).isTaken }) { return "; there is one in \(run)" }
    }
    return ""
  }
}
