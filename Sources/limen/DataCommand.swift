import Archives
import ArgumentParser
import Experiments
import Foundation
import Images

/// The subcommand `limen data`.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "List, verify and look at data sets.",
    discussion: """
      Example:

        limen data fetch cifar10 --data /data/images
      """,
    subcommands: [List.self, Check.self, Fetch.self, Preview.self])

  /// The subcommand `limen data list`.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List the catalogue: what is here, what is missing and how to get it.",
      discussion: "Example:\n\n  limen data list --data /data/images")

    @OptionGroup var data: DataOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let store = try data.store()
      guard !output.json else {
        return try output.show(store.catalogue.list(in: store.directories).map(SourceReport.init))
      }
      print("searched: \(store.directories.joined(separator: ", "))\n")
      for subject in SyntheticSet.Subject.allCases {
        print("\(subject.rawValue)\n    drawn by the program")
      }
      for entry in store.catalogue.entries {
        print("\(entry.name)\n    \(entry.about)")
        if !entry.usedBy.isEmpty { print("    used by: \(entry.usedBy.joined(separator: "; "))") }
        for split in entry.splits {
          let found = store.catalogue.present(split, in: store.directories)
          let state = found.map { "here: \($0.path) (\($0.source.encoding.rawValue))" }
          let missing = "missing. \(DataCommand.advice(entry, split))"
          print("    \(split.name), \(split.count) pictures: \(state ?? missing)")
        }
      }
    }
  }

  /// How to get a split that is missing.
  private static func advice(_ entry: CatalogueEntry, _ split: CatalogueSplit) -> String {
    guard let source = split.downloadableSource else { return split.whereToGet }
    let sizes = source.downloads.map(\.bytes)
    let size = sizes.contains(nil) ? "" : " (\(ByteCount.text(sizes.reduce(0) { $0 + ($1 ?? 0) })))"
    return "Get it with: limen data fetch \(entry.name)\(size)"
  }

  /// The subcommand `limen data check`.
  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check", abstract: "Count, decode and hash the sets that are on disk.",
      discussion: "Example:\n\n  limen data check cifar10 cifar100")

    @Argument(help: "Names of sets; all if none is given.")
    var sets: [String] = []

    @OptionGroup var data: DataOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let store = try data.store()
      let checks = try store.catalogue.check(sets.isEmpty ? nil : sets, in: store.directories)
      if output.json { try output.show(checks.map(SourceReport.init)) }
      for check in output.json ? [] : checks {
        let title = "\(check.set) \(check.split)"
        guard let path = check.path else {
          // A split that is there in one form is not missing in the others.
          let isElsewhere = checks.contains {
            ($0.set, $0.split) == (check.set, check.split) && $0.path != nil
          }
          if !isElsewhere { print("missing  \(title): \(check.source.path)") }
          continue
        }
        print("\(check.isSound ? "sound  " : "DAMAGED")  \(title): \(path)")
        for problem in check.problems { print("         \(problem)") }
      }
      if checks.contains(where: { !$0.problems.isEmpty }) { throw ExitCode.failure }
    }
  }

  /// The subcommand `limen data preview`.
  struct Preview: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "preview", abstract: "Write a contact sheet of a set as a PNG.",
      discussion: """
        Examples:

          limen data preview cifar10 --split test --file cifar10.png
          limen data preview cifar10 --recipe Recipes/baseline/cifar10-resnet20.yaml
        """)

    @Argument(help: "The name of a set, or a folder or tar of pictures.")
    var set: String

    @Option(help: "The split. Default: train, else the first one.")
    var split: String?

    @Option(help: "The PNG to write.")
    var file = "preview.png"

    @Option(help: "Pictures in a row.")
    var columns = 16

    @Option(help: "Rows and columns that pictures of a folder or tar are cropped to. Default: as they are.")
    var size: Int?

    @Option(help: "A recipe whose augmentations the pictures go through, as in its first epoch.")
    var recipe: String?

    @OptionGroup var data: DataOptions

    func validate() throws {
      if columns < 1 { throw ValidationError("--columns: must be at least 1, got \(columns)") }
      if let size, !(1...4_096).contains(size) {
        throw ValidationError("--size: must be between 1 and 4096, got \(size)")
      }
    }

    func run() throws {
      let store = try data.store()
      let isPath = set.contains("/") || FileManager.default.fileExists(atPath: set)
      let splits = (try? store.catalogue.entry(set))?.splits.map(\.name) ?? []
      let usual = splits.contains("train") ? "train" : splits.first ?? "train"
      let reference = DataSetReference(
        source: isPath ? .path(set) : .catalogue(set: set, split: split ?? usual, part: nil), count: nil)
      let recipe = try recipe.map { try Recipe(path: $0) }
      let images =
        recipe?.data.size?.keepsTrainingWhole == true
        ? try store.openWhole(reference)
        : try store.open(reference, size: size.map { PictureSize(size: $0, fit: .crop) })
      let shown = try recipe.map { try augmented(images, by: $0) } ?? images
      let sheet = try ContactSheet(columns: columns).sheetByClass(of: shown)
      try AtomicFile.write(sheet.pngData(), to: file)
      print(
        "\(images.count) pictures of \(images.classNames.count) classes; \(file) shows \(columns) of each")
    }

    /// The pictures as the recipe's training would see them.
    private func augmented(_ images: ImageSet, by recipe: Recipe) throws -> ImageSet {
      let side = (recipe.data.size?.keepsTrainingWhole == true ? recipe.data.size : nil)?.size
      let pipeline = recipe.data.pipeline(
        height: side ?? images.height, width: side ?? images.width, normalization: .cifar10)
      return try images.augmented(by: pipeline, first: columns, seed: UInt64(recipe.seed), epoch: 0)
    }
  }
}

/// What is known about one source of a data set, as JSON.
private struct SourceReport: Encodable {
  let set, split, format, encoding, source: String
  let path: String?
  let fetchable: Bool
  let problems: [String]

  init(_ check: Catalogue.Check) {
    set = check.set
    split = check.split
    format = check.source.format.rawValue
    encoding = check.source.encoding.rawValue
    source = check.source.path
    path = check.path
    fetchable = !check.source.downloads.isEmpty
    problems = check.problems
  }
}
