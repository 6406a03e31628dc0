import Archives
import Foundation

/// The recipes that ship: every `.yaml` file in a folder `Recipes` and below it, but for its tables.
public struct RecipeLibrary: Sendable {
  /// A recipe of the library, not yet read.
  public struct Entry: Sendable, Equatable {
    /// The file's path, as `limen train` takes it.
    public let path: String

    /// The recipe's name; the file's without ".yaml" when it gives none.
    public let name: String

    /// The first line of the comment at its head, empty when there is none.
    public let summary: String
  }

  /// The path of the folder.
  public let folder: String

  /// The recipes, sorted by path.
  public let recipes: [Entry]

  /// The library in `folder`; throws a `FileError` when it can't be listed or a recipe in it can't be read.
  ///
  /// Recipes with mistakes are listed all the same: finding them is the business of `Recipe`.
  public init(folder: String) throws {
    guard let paths = FileManager.default.subpaths(atPath: folder) else {
      throw FileError(folder, "no such folder, or it can't be listed")
    }
    self.folder = folder
    let files = paths.filter { $0.hasSuffix(".yaml") && !$0.hasPrefix("tables/") }
    recipes = try files.sorted().map { try Entry(path: "\(folder)/\($0)") }
  }

  /// The library in the working directory, else in the program's folder or one above it.
  ///
  /// Throws a `FileError` when there is none.
  public static func located(
    workingDirectory: String = FileManager.default.currentDirectoryPath,
    executable: String = Bundle.main.executablePath ?? ""
  ) throws -> RecipeLibrary {
    try RecipeLibrary(
      folder: ProjectFolder.located("Recipes", workingDirectory: workingDirectory, executable: executable))
  }
}

extension RecipeLibrary.Entry {
  fileprivate init(path: String) throws {
    guard let data = FileManager.default.contents(atPath: path),
      let text = String(data: data, encoding: .utf8)
    else { throw FileError(path, "can't be read as UTF-8 text") }
    self.path = path
    let lines = text.split(whereSeparator: \.isNewline)
    summary =
      lines.first.flatMap { $0.hasPrefix("#") ? String($0.drop { $0 == "#" || $0 == " " }) : nil } ?? ""
    let source = try? RecipeSource(file: path, text: text)
    if case .string(let name) = source?.scalar("name") {
      self.name = name
    } else {
      name = String((path.split(separator: "/").last ?? "").dropLast(".yaml".count))
    }
  }
}
