import Archives
import ArgumentParser
import Experiments
import Kernels

/// The program: one subcommand a file.
@main
struct Limen: ParsableCommand {
  /// Runs the command of the arguments.
  static func main() {
    if let problem = KernelTable.unmetRequest ?? unknownCommand(CommandLine.arguments.dropFirst().first) {
      exit(withError: ValidationError(problem))
    }
    main(nil)
  }

  /// What is wrong with the first argument if it should be a command and is none.
  private static func unknownCommand(_ word: String?) -> String? {
    let known = configuration.subcommands.compactMap { $0.configuration.commandName }
    guard let word, !word.hasPrefix("-"), !(known + ["help"]).contains(word) else { return nil }
    let question = Spelling.nearest(to: word, in: known).map { "; did you mean '\($0)'?" } ?? ""
    return "there is no command '\(word)'\(question) (known: \(known.joined(separator: ", ")))"
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
