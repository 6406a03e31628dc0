import Archives
import ArgumentParser
import Detection
import Experiments
import Foundation

/// The subcommand `limen table`.
struct TableCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table",
    abstract: "Compare runs in a table, with the paper's figures beside ours; run what is missing.",
    discussion: """
      A table file names runs, rows and columns; docs/tables.md tells how. Folders of runs make a table of all their scores. \
      Examples:

        limen table runs/quickstart runs/cifar10-resnet20
        limen table Recipes/tables/rna-table2-cifar10-lt.yaml
        limen table Recipes/tables/rna-table2-cifar10-lt.yaml --run --jobs 2
        limen table Recipes/tables/rna-table2-cifar10-lt.yaml --out table2.tex
        limen table Recipes/tables/rna-table2-cifar10-lt.yaml --slurm --jobs 8 \\
          > table2.sbatch
      """)

  @Argument(help: ArgumentHelp("Table files, or folders of runs.", valueName: "runs-or-tablefile"))
  var sources: [String]

  @OptionGroup var options: TableOptions

  @Flag(name: .customLong("run"), help: "Make the runs that are missing; goes on after a kill.")
  var makesRuns = false

  @Option(
    help: "With --run: so many runs side by side, which share the threads. With --slurm: so many tasks.")
  var jobs = 1

  @Flag(help: "Print a batch script for Slurm that makes the runs in an array of --jobs tasks.")
  var slurm = false

  @Flag(help: .hidden)
  var worker = false

  @Option(help: "The form: markdown, csv, latex or json; default: what --out ends in, else markdown.")
  var format: TableFormat?

  @Option(help: "Write a page with the tables and the command that makes them, such as docs/results/NAME.md.")
  var page: String?

  @Option(
    parsing: .unconditional,
    help: "Resamples of the test images behind differences from the baseline's row; 0 for none.")
  var bootstrap = 1000

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var data: DataOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard bootstrap >= 0 else { throw ValidationError("--bootstrap: must be at least 0, got \(bootstrap)") }
    guard !sources.isEmpty else { throw ValidationError("give a table file or a folder of runs") }
    guard jobs >= 1 else { throw ValidationError("--jobs: must be at least 1, got \(jobs)") }
    if makesRuns || slurm, let folder = sources.first(where: Self.isFolder) {
      throw ValidationError("--run and --slurm take table files, and \(folder) is a folder")
    }
  }

  func run() throws {
    if !makesRuns, !slurm { try options.requireFolders() }
    let files = sources.filter { !Self.isFolder($0) }
    let plans = try files.map {
      try TablePlan(TableFile(path: $0), scale: options.scale, seeds: options.seeds?.all)
    }
    if slurm { return output.show(script(plans, files)) }
    let failures =
      makesRuns
      ? try TableRunning(options: options, jobs: jobs, threads: threads, output: output)
        .run(plans, files: files, data: data) : []
    // A worker has told each failure when it came.
    if !worker {
      try showAll(plans)
      for failure in failures { StatusLine.say(failure) }
    }
    if !failures.isEmpty { throw ExitCode.failure }
  }

  /// The batch script of the same command.
  private func script(_ plans: [TablePlan], _ files: [String]) -> String {
    SlurmScript.text(
      name: plans.map(\.file.name).joined(separator: "+"), program: CommandLine.arguments.first ?? "limen",
      arguments: ["table"] + files + ["--run", "--worker"] + options.arguments
        + (data.directory.map { ["--data", $0] } ?? []),
      taskCount: jobs, threadCount: threads.threads ?? 4)
  }

  private func showAll(_ plans: [TablePlan]) throws {
    var tables: [ResultTable] = []
    try threads.run {
      for plan in plans { tables.append(try table(of: plan)) }
    }
    let folders = sources.filter(Self.isFolder)
    if !folders.isEmpty { tables.append(try RunComparison.table(of: folders)) }
    if let page {
      try ResultsPage.write(tables, to: page)
      say("written to \(page)")
    }
    if page == nil || options.file != nil || output.json { try show(tables) }
  }

  private func table(of plan: TablePlan) throws -> ResultTable {
    let report = try TableReport(plan, out: options.folders)
    say("\(plan.file.name): \(report.finishedCount) of \(plan.count) runs are there")
    return try report.table(bootstrap: bootstrap == 0 ? nil : Bootstrap(replicateCount: bootstrap)) {
      say("resampling \($0)")
    }
  }

  private func show(_ tables: [ResultTable]) throws {
    let form = output.json ? .json : format ?? options.file.flatMap { TableFormat(file: $0) } ?? .markdown
    let texts = try tables.map(form.text)
    // Several JSON documents are one only as a list.
    let text =
      form == .json && texts.count > 1
      ? "[\n\(texts.joined(separator: ",\n"))]\n" : texts.joined(separator: "\n")
    if let file = options.file {
      try AtomicFile.write(text, to: file)
      say("written to \(file)")
    } else {
      output.show(text)
    }
  }

  private func say(_ text: String) {
    if !output.quiet { StatusLine.say(text) }
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }
}

/// Where a table's runs are, and in which of its settings.
struct TableOptions: ParsableArguments {
  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "A folder of run folders; can be repeated, new ones go to the first. Or the .md, .csv, .tex or .json to write.",
      valueName: "folder-or-file"))
  var out: [String] = []

  @Option(help: "small, a setting for two cores, or full, the paper's.")
  var scale = TableFile.Scale.small

  @Option(help: "Other seeds than the table's, such as 0-5.")
  var seeds: Seeds?

  @Option(
    help: ArgumentHelp(
      "Seconds after which a silent worker of another machine counts as dead.", visibility: .hidden))
  var patience: Double?

  @Option(
    help: ArgumentHelp("What workers that are started together have in common.", visibility: .hidden))
  var team: String?

  /// The same options as they are given.
  var arguments: [String] {
    folders.flatMap { ["--out", $0] } + ["--scale", scale.rawValue]
      + (seeds.map { ["--seeds", Seeds.text($0.all)] } ?? [])
      + (patience.map { ["--patience", String($0)] } ?? [])
  }

  /// Where runs are; new ones belong in the first.
  var folders: [String] {
    let folders = out.filter { TableFormat(file: $0) == nil }
    return folders.isEmpty ? ["runs"] : folders
  }

  /// Throws a `FileError` if a folder that was given is none: without `--run` nothing would ever be in it.
  func requireFolders() throws {
    for folder in out where TableFormat(file: folder) == nil {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
        throw FileError(
          folder, "is neither a folder of runs nor a file to write, which ends in .md, .csv, .tex or .json")
      }
    }
  }

  /// The file that the table is written to.
  var file: String? { out.last { TableFormat(file: $0) != nil } }

  func validate() throws {
    let files = out.filter { TableFormat(file: $0) != nil }
    if files.count > 1 {
      throw ValidationError("--out: at most one file to write, got \(files.joined(separator: ", "))")
    }
  }
}

extension TableFormat: ExpressibleByArgument {}
extension TableFile.Scale: ExpressibleByArgument {}

extension Seeds: ExpressibleByArgument {
  /// Seeds written as "0-5" or "3".
  public init?(argument: String) { self.init(argument) }
}
