import ArgumentParser
import Detection
import Experiments
import Foundation

/// The subcommand `limen score`.
struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Score feature tables of any framework and measure how well they are told apart.",
    discussion: """
      A table is a .safetensors or .npz file with features, logits or both, and labels. Needs no network and no recipe; \
      docs/scoring-other-frameworks.md shows how PyTorch writes one. Examples:

        limen score --id test.safetensors --ood svhn=svhn.safetensors --scores msp,mls,energy:T=2
        limen score --id test.npz --ood svhn=svhn.npz --scores mls --bootstrap 1000 --plots plots
      """)

  @Option(help: "The table of in-distribution test images.")
  var id: String

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "A table of out-of-distribution images and the set's name; can be repeated.", valueName: "name=file"))
  var ood: [NamedFile]

  @Option(help: "The table of training images, for scores that are fitted.")
  var fit: String?

  @Option(
    help: "A table of in-distribution images, neither trained nor tested on, for thresholds and fitting.")
  var validation: String?

  @Option(help: "Scores with settings, such as msp,energy:T=2.")
  var scores = "msp,mls,energy"

  @Option(
    name: .customLong("protocol"),
    help: "A protocol of Data/protocols.yaml: its near and far sets, its average and its figures.")
  var protocolName: String?

  @Flag(help: "Print Markdown tables.")
  var markdown = false

  @Flag(help: "Print every figure as comma-separated values.")
  var csv = false

  @Flag(help: "Print LaTeX tables.")
  var latex = false

  @Option(help: "Write every image's scores to a .safetensors or .csv file.")
  var perSample: String?

  @Option(
    parsing: .unconditional,
    help: "Intervals that hold 95 % of so many resampled sets of images, such as 1000.")
  var bootstrap: Int?

  @Option(help: "A folder for pictures: distributions, ROC, precision and recall, as SVG.")
  var plots: String?

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard !ood.isEmpty else { throw ValidationError("--ood is missing: give at least one NAME=FILE") }
    guard [output.json, markdown, csv, latex].count(where: { $0 }) <= 1 else {
      throw ValidationError("--json, --markdown, --csv and --latex exclude each other")
    }
    if let bootstrap, bootstrap < 1 {
      throw ValidationError("--bootstrap: must be at least 1, got \(bootstrap)")
    }
    if let perSample, !perSample.hasSuffix(".csv"), !perSample.hasSuffix(".safetensors") {
      throw ValidationError("--per-sample: the file must end in .safetensors or .csv, got \(perSample)")
    }
    for (index, set) in ood.enumerated() where ood[..<index].contains(where: { $0.name == set.name }) {
      throw ValidationError("--ood: the set \(set.name) is given twice")
    }
  }

  func run() throws {
    let choices = try ScoreChoice.list(parsing: scores)
    let published = try protocolName.map { try ProtocolLibrary.located().named($0) }
    let outliers = try ood.map { try FeatureTable(contentsOf: $0.path, name: $0.name) }
    let scoring = try TableScoring(
      inliers: try FeatureTable(contentsOf: id, name: TableScoring.inlierName), outliers: outliers,
      fitting: FittingTables(
        bank: try fit.map { try FeatureTable(contentsOf: $0) },
        validation: try validation.map { try FeatureTable(contentsOf: $0) }), under: published)
    let result = try threads.run {
      try scoring.result(of: choices, bootstrap: bootstrap.map { Bootstrap(replicateCount: $0) }) { score in
        say("resampling \(score)")
      }
    }
    for score in result.scores {
      guard let cost = result.costs[score] else { continue }
      say(
        String(
          format: "%@: fitted in %.2f s, %.2g ms an image", score, cost.fitSeconds, cost.millisecondsPerImage)
      )
    }
    try write(result, outliers)
    output.show(try result.document(form))
  }

  private var form: TableScoring.Result.Form {
    output.json ? .json : markdown ? .markdown : csv ? .csv : latex ? .latex : .text
  }

  /// Writes what goes to files.
  private func write(_ result: TableScoring.Result, _ outliers: [FeatureTable]) throws {
    if let perSample {
      if perSample.hasSuffix(".csv") {
        try SampleScores.writeSpreadsheet(result.samples, to: perSample)
      } else {
        try SampleScores.writeSafeTensors(result.samples, to: perSample)
      }
      say("written to \(perSample)")
    }
    if let plots {
      let labels = Dictionary(outliers.map { ($0.name, $0.labels) }) { first, _ in first }
      let paths = try DetectionPlots.write(result.measuredSamples(labels: labels), to: plots)
      say("\(paths.count) pictures written to \(plots)")
    }
  }

  private func say(_ text: String) {
    if !output.quiet { StatusLine.say(text) }
  }
}

/// A file with a name of the user's, written `NAME=FILE`.
struct NamedFile: ExpressibleByArgument {
  let name: String
  let path: String

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
      String.init)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
    (name, path) = (parts[0], parts[1])
  }
}
