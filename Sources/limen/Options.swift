import Archives
import ArgumentParser
import Experiments
import Foundation
import Kernels

/// Where data sets are searched.
struct DataOptions: ParsableArguments {
  @Option(
    name: .customLong("data"), help: "A folder of data sets, searched before $LIMEN_DATA and Data/.")
  var directory: String?

  /// The sets that are found there; throws a `FileError` if there is no such folder, unless one is to be made.
  func store(makesFolder: Bool = false) throws -> DataStore {
    if let directory, !makesFolder {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: directory, isDirectory: &isFolder), isFolder.boolValue
      else { throw FileError(directory, "is no folder; --data names one that holds data sets") }
    }
    return try DataStore(dataDirectory: directory)
  }
}

/// Changes to a recipe.
struct OverrideOptions: ParsableArguments {
  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Change the recipe, such as stages.0.epochs=5; can be repeated.", valueName: "path=value"))
  var overrides: [String] = []
}

/// How much is said, and in which form.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print one JSON document on standard output.")
  var json = false

  @Flag(help: "Say nothing on standard error but errors.")
  var quiet = false

  /// Prints results.
  func show(_ text: String) {
    print(text, terminator: text.hasSuffix("\n") ? "" : "\n")
  }

  /// Prints a value as JSON, with sorted keys.
  func show(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
  }
}

extension ElementType: ExpressibleByArgument {}

/// How many threads compute.
struct ThreadOptions: ParsableArguments {
  @Option(help: "Threads that compute; changes the time, never the results. Default: one a processor.")
  var threads: Int?

  func validate() throws {
    if let threads, threads < 1 {
      throw ValidationError("--threads: must be at least 1, got \(threads)")
    }
  }

  /// Runs `body` with that many threads, else with those the recipe asks for.
  func run<Result>(recipe: Int? = nil, _ body: () throws -> Result) rethrows -> Result {
    try Parallel.withThreads(threads ?? recipe ?? Parallel.processorCount, body)
  }
}
