import ArgumentParser
import Detection
import Experiments
import Foundation
import Kernels

/// The subcommand `limen predict`.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Tell what pictures show, and whether the network knows such pictures.",
    discussion: """
      Takes PNG and JPEG files, folders and tar archives of them, of any size. The verdict is "in" if the score reaches \
      the threshold that accepts 95 % of the images the run was evaluated on. A picture that cannot be read is reported, \
      the others are judged all the same, and the exit code is 1. Examples:

        limen predict --run runs/quickstart/…/seed0 photo.jpg folder archive.tar.gz
        limen predict --recipe Recipes/baseline/cifar10-resnet20.yaml --weights last.safetensors photo.jpg --json
      """)

  @Option(name: .customLong("run"), help: "The folder of a finished run.")
  var folder: String?

  @Option(help: "With --run: last, best or a kept one such as epoch-0005; without it, as the recipe says.")
  var checkpoint: String?

  @Option(
    help: "A recipe, for weights that belong to no run; there is no threshold, so there are no verdicts.")
  var recipe: String?

  @Option(help: "With --recipe: the file of weights, .safetensors, .pt, .pth or .npz.")
  var weights: String?

  @Option(help: "How many of the likeliest classes are named.")
  var top = 1

  @Option(help: "The number format of activations: float32 or bfloat16.")
  var precision = ElementType.float32

  @Argument(help: ArgumentHelp("Files, folders and tar archives of pictures.", valueName: "image"))
  var images: [String]

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var data: DataOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (folder == nil) != (recipe == nil) else {
      throw ValidationError("give either --run RUN, or --recipe RECIPE and --weights FILE")
    }
    guard (recipe == nil) == (weights == nil) else {
      throw ValidationError("--recipe and --weights belong together")
    }
    if top < 1 { throw ValidationError("--top: must be at least 1, got \(top)") }
  }

  func run() throws {
    let report = try threads.run {
      let predictor = try predictor()
      if !output.quiet { for note in predictor.notes { StatusLine.say("warning: \(note)") } }
      let report = try predictor.report(on: images, top: top) { count in
        if !output.quiet, StatusLine.isTerminal { StatusLine.rewrite("\(count) pictures") }
      }
      try show(report, predictor)
      return report
    }
    for failure in report.failed { StatusLine.say("\(failure.file): \(failure.error)") }
    if !report.failed.isEmpty { throw ExitCode.failure }
  }

  private func predictor() throws -> Predictor {
    if let folder {
      return try Predictor(
        run: RunFolder(path: folder), checkpoint: checkpoint, store: data.store(), precision: precision)
    }
    return try Predictor(
      recipe: Recipe(path: recipe ?? ""), weights: weights ?? "", store: data.store(), precision: precision)
  }

  private func show(_ report: PredictionReport, _ predictor: Predictor) throws {
    if output.json {
      // Compact: ten thousand pictures have a hundred thousand logits, and one a line helps nobody.
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return output.show(String(decoding: try encoder.encode(report), as: UTF8.self))
    }
    guard !report.images.isEmpty else { return }
    let classes = (0..<min(top, report.images[0].candidates.count)).flatMap { index in
      index == 0 ? ["class", "probability"] : ["class \(index + 1)", "probability"]
    }
    var table = TextTable(["file"] + classes + [predictor.score, "verdict"])
    for image in report.images {
      let candidates = image.candidates.flatMap { [$0.class, String(format: "%.4f", $0.probability)] }
      table.append(
        [image.file] + candidates + [String(format: "%.4f", image.score), image.verdict?.rawValue ?? "–"])
    }
    output.show(table.text)
    if let threshold = predictor.threshold, !output.quiet {
      StatusLine.say(
        String(format: "in: \(predictor.score) of at least %.4f, which accepts 95 %% of ", threshold.value)
          + "the \(threshold.source.rawValue) images")
    }
  }
}
