import ArgumentParser
import Experiments
import Training

/// The subcommand `limen recipe`.
struct RecipeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recipe", abstract: "List, show, check and compare recipes.",
    discussion: """
      Example:

        limen recipe show Recipes/quickstart.yaml --set network=resnet20
      """,
    subcommands: [List.self, Show.self, Check.self, Difference.self])

  /// The subcommand `limen recipe list`.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List the recipes that ship.",
      discussion: "Example:\n\n  limen recipe list")

    @OptionGroup var output: OutputOptions

    func run() throws {
      let recipes = try RecipeLibrary.located().recipes
      if output.json {
        return try output.show(recipes.map { ["path": $0.path, "name": $0.name, "summary": $0.summary] })
      }
      for entry in recipes {
        print(entry.path)
        if !entry.summary.isEmpty { print("    \(entry.summary)") }
      }
    }
  }

  /// The subcommand `limen recipe show`.
  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Print a recipe with every default filled in.",
      discussion: "Example:\n\n  limen recipe show Recipes/quickstart.yaml --set seed=3")

    @Argument(help: "The recipe file.")
    var recipe: String

    @OptionGroup var overrides: OverrideOptions

    func run() throws {
      print(try Recipe(path: recipe, overrides: overrides.overrides).resolved.yaml, terminator: "")
    }
  }

  /// The subcommand `limen recipe check`.
  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check",
      abstract: "Check every key of recipes and report all mistakes with file and line.",
      discussion: "Example:\n\n  limen recipe check Recipes/quickstart.yaml my/recipe.yaml")

    @Argument(help: "Recipe files.")
    var recipes: [String]

    @OptionGroup var overrides: OverrideOptions

    func run() throws {
      let store = try DataStore()
      var isSound = true
      for path in recipes {
        do {
          let recipe = try Recipe(path: path, overrides: overrides.overrides)
          try recipe.checkPlan(store)
          print("\(path): sound (\(recipe.hash))")
        } catch let error as TrainingError {
          isSound = false
          print("\(path): \(error)")
        } catch {
          isSound = false
          print(error)
        }
      }
      if !isSound { throw ExitCode.failure }
    }
  }

  /// The subcommand `limen recipe diff`.
  struct Difference: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "diff", abstract: "Compare two recipes key by key, defaults filled in.",
      discussion:
        "Example:\n\n  limen recipe diff Recipes/baseline/cifar10-resnet20.yaml Recipes/baseline/cifar10-resnet18.yaml"
    )

    @Argument(help: "The first recipe file.")
    var first: String

    @Argument(help: "The second recipe file.")
    var second: String

    func run() throws {
      let difference = RecipeDifference(
        try Recipe(path: first).resolved, try Recipe(path: second).resolved)
      print(difference.isEmpty ? "the recipes say the same" : difference.description)
    }
  }
}
