import ArgumentParser
import Experiments
import Kernels

/// The program: one subcommand a file.
@main
struct Limen: ParsableCommand {
  /// Runs the command of the arguments.
  static func main() {
    if let problem = KernelTable.unmetRequest { exit(withError: ValidationError(problem)) }
    main(nil)
  }

  static let configuration = CommandConfiguration(
    commandName: "limen",
    abstract: "Train image classifiers on CPUs and measure what they know and what they don't.",
    discussion: """
      A recipe is one whole experiment. For example:

        limen train Recipes/quickstart.yaml
      """,
    version: RunEnvironment.version,
    subcommands: [
      TrainCommand.self, EvaluateCommand.self, TableCommand.self, ReportCommand.self, ScoreCommand.self,
      PredictCommand.self, RecipeCommand.self, DataCommand.self, NetworkCommand.self, WeightsCommand.self,
      BenchCommand.self, DoctorCommand.self,
    ])
}
