import ArgumentParser
import Experiments
import Kernels
import Logging

/// The subcommand `limen evaluate`.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Score a trained run again without training.",
    discussion: """
      Rewrites features/ and results.json of the run folder. Example:

        limen evaluate runs/quickstart/…/seed0 --set 'evaluate.scores=[energy]'
      """)

  @Argument(help: ArgumentHelp("The run folder, which holds recipe.yaml.", valueName: "run"))
  var folder: String

  @Option(
    help: ArgumentHelp(
      "last, best, a kept one such as epoch-0005, or a file of weights of any format; without it, as the recipe says."
    ))
  var checkpoint: String?

  @Option(help: "The number format of activations, whatever it was in training: float32 or bfloat16.")
  var precision = ElementType.float32

  @OptionGroup var overrides: OverrideOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var data: DataOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let run = try Run(in: RunFolder(path: folder), store: data.store(), overrides: overrides.overrides)
    let logger = StatusLog.logger(isQuiet: output.quiet)
    let results = try threads.run(recipe: run.recipe.threads) {
      try run.evaluate(
        checkpoint: checkpoint ?? run.recipe.evaluate.checkpoint.rawValue, precision: precision,
        logger: logger)
    }
    if output.json {
      output.show(try results.json())
    } else {
      let report = try ResultsReport(results, recipe: run.recipe)
      output.show(report.text)
      logger.notice("\(report.costs)")
    }
  }
}
