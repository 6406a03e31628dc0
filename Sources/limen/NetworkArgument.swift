import Archives
import Experiments
import Foundation
import Networks

/// A network given on the command line: by its name, or by a recipe that has one.
struct NetworkArgument {
  /// The network.
  let choice: NetworkChoice

  /// The recipe, nil if the network was given by its name.
  let recipe: Recipe?

  /// The network of that name or in the recipe at that path; throws a `FileError` when it is neither.
  init(_ text: String) throws {
    if let choice = NetworkChoice.named(text) {
      self.choice = choice
      recipe = nil
      return
    }
    guard FileManager.default.fileExists(atPath: text) else {
      let names = NetworkChoice.all.map(\.name)
      throw FileError(
        text,
        "is neither a network nor a recipe file\(Spelling.hint(for: text, in: names)) "
          + "(networks: \((names + NetworkChoice.families).joined(separator: ", ")))")
    }
    let recipe = try Recipe(path: text)
    self.recipe = recipe
    choice = recipe.network
  }
}
