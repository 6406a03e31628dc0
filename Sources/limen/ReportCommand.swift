import ArgumentParser
import Experiments
import Foundation

/// The subcommand `limen report`.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Make one page of HTML about one or several runs.",
    discussion: """
      The page stands alone: curves, distributions, ROC, tables, confusions, pictures and the recipe are in it, and \
      nothing is fetched. A folder that has seed0, seed1 … stands for all of them, and seeds of one recipe are told \
      together. It is written to report.html in the run's folder, in the seeds' common folder or, for several \
      experiments, in the working directory. Examples:

        limen report runs/quickstart/…/seed0
        limen report runs/cifar10-resnet20/… runs/mixup/… --out comparison.html
      """)

  @Argument(help: ArgumentHelp("Run folders, or folders of seeds.", valueName: "run"))
  var folders: [String]

  @Option(help: "The page's file.")
  var out: String?

  @Flag(help: "Show no pictures of the data sets, which then need not be there.")
  var noPictures = false

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var data: DataOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    var runs: [RunFolder] = []
    for path in folders {
      for run in try ReportedRun.folders(at: path) where !runs.contains(where: { $0.path == run.path }) {
        runs.append(run)
      }
    }
    let store = noPictures ? nil : try data.store()
    let page = try threads.run {
      try ReportPage(folders: runs, store: store) { folder in
        if !output.quiet { StatusLine.say("reading \(folder)") }
      }
    }
    let path = out ?? ReportPage.defaultPath(of: runs)
    try page.write(to: path)
    if !output.quiet { for problem in page.problems { StatusLine.say("note: \(problem)") } }
    guard output.json else { return output.show(path) }
    try output.show(
      Written(report: path, bytes: page.html.utf8.count, runs: runs.map(\.path), notes: page.problems))
  }
}

/// What `limen report --json` prints.
private struct Written: Encodable {
  let report: String
  let bytes: Int
  let runs: [String]
  let notes: [String]
}
