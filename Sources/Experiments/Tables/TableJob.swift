/// One run that a table needs: an experiment with one seed.
struct TableJob: Sendable, Equatable {
  /// The run of the table file.
  let run: String

  /// The recipe's file, where it was found.
  let recipePath: String

  /// Overrides of the recipe, in which `${NAME}` stands for the folder of another run.
  let overrides: [String]

  /// The seed.
  let seed: Int

  /// The recipe with the identities of other runs in the place of their folders.
  let recipe: Recipe

  /// The jobs that must be finished before, by the names of their runs.
  let dependencies: [String: Int]

  /// What it is found by.
  var identity: String { recipe.hash }

  /// What a log calls it.
  var title: String { "\(run), seed \(seed)" }

  /// The recipe that is carried out, when the folders of the runs that it goes on from are known.
  func recipe(with folders: [String: String]) throws -> Recipe {
    try Recipe(path: recipePath, overrides: TableJob.filled(overrides, folders) + ["seed=\(seed)"])
  }

  /// Overrides with every `${NAME}` replaced.
  static func filled(_ overrides: [String], _ values: [String: String]) -> [String] {
    overrides.map { text in
      text.replacing(#/\$\{([^}]*)\}/#) { match in values[String(match.1)] ?? String(match.0) }
    }
  }
}
