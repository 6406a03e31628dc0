import Foundation

/// The runs below some folders, found by what they are and not by how they are called.
///
/// A run's identity is the hash of its recipe read anew, so that runs of an earlier version are found where a recipe
/// has got a new key since, and runs that were given another name. Weights of another run, `stages.0.from`, enter it as
/// that run's identity and seed: the place of a folder is no part of an experiment.
public struct RunIndex: Sendable {
  /// One run that is there.
  struct Entry: Sendable {
    let folder: RunFolder
    let identity: String
    let seed: Int
  }

  private let entries: [String: [Entry]]

  /// The runs below `folders`, each laid out as `NAME/HASH/seedK`; folders that are not there have none.
  public init(below folders: [String]) {
    var recipes: [(folder: RunFolder, recipe: Recipe)] = []
    for folder in folders {
      for path in Self.runFolders(below: folder) {
        let folder = RunFolder(path: path)
        if let recipe = try? Recipe(path: folder.recipe) { recipes.append((folder, recipe)) }
      }
    }
    let places = Dictionary(recipes.map { (Self.place($0.folder.path), $0.recipe) }) { first, _ in first }
    entries = Dictionary(
      grouping: recipes.map {
        Entry(folder: $0.folder, identity: Self.identity(of: $0.recipe, places), seed: $0.recipe.seed)
      }, by: \.identity)
  }

  /// The folder of a finished run; nil if there is none.
  func folder(_ identity: String, seed: Int) -> RunFolder? {
    (entries[identity] ?? []).first { $0.seed == seed && $0.folder.isFinished }?.folder
  }

  /// What stands for a run's folder in the recipe of a run that goes on from it.
  static func reference(to identity: String, seed: Int) -> String { "run/\(identity)/seed\(seed)" }

  /// "HASH/seedK", what a path below a run's folder is recognised by.
  private static func place(_ path: String) -> String {
    path.split(separator: "/").suffix(2).joined(separator: "/")
  }

  /// The identity of a recipe in which paths into other runs are replaced by those runs' identities.
  private static func identity(of recipe: Recipe, _ places: [String: Recipe], depth: Int = 0) -> String {
    let resolved = recipe.resolved.mappingStrings { text in
      let parts = text.split(separator: "/").map(String.init)
      guard depth < 16,
        let index = parts.indices.dropFirst().first(where: { places["\(parts[$0 - 1])/\(parts[$0])"] != nil }
        ),
        let other = places["\(parts[index - 1])/\(parts[index])"]
      else { return text }
      let reference = reference(to: identity(of: other, places, depth: depth + 1), seed: other.seed)
      return ([reference] + parts[(index + 1)...]).joined(separator: "/")
    }
    return Recipe.hash(of: resolved)
  }

  /// The folders `NAME/HASH/seedK` below a folder, sorted.
  private static func runFolders(below folder: String) -> [String] {
    func children(_ path: String) -> [String] {
      ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted().map { "\(path)/\($0)" }
    }
    return children(folder).flatMap(children).flatMap(children).filter { path in
      (path.split(separator: "/").last ?? "").wholeMatch(of: #/seed\d+/#) != nil
        && RunFolder(path: path).isTaken
    }
  }
}

extension RecipeValue {
  /// The same tree with every text replaced by what `change` makes of it.
  func mappingStrings(_ change: (String) -> String) -> RecipeValue {
    switch self {
    case .string(let text): .string(change(text))
    case .list(let elements): .list(elements.map { $0.mappingStrings(change) })
    case .map(let entries): .map(entries.map { Entry($0.key, $0.value.mappingStrings(change)) })
    default: self
    }
  }
}
