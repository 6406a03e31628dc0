import Archives
import Foundation

/// A YAML file and the command line's changes to it, parsed but not yet read.
///
/// Made for recipes, fit for any YAML file that should be read strictly:
///
///     let source = try RecipeSource(path: "Recipes/quickstart.yaml", overrides: ["seed=3"])
///     let (name, resolved) = try source.read { $0.string("name") }
public struct RecipeSource: Sendable {
  /// The file's name as the user knows it.
  public let file: String

  private let root: SourceNode

  private init(file: String, root: SourceNode) {
    self.file = file
    self.root = root
  }

  /// Parses `text`, then applies `overrides`, each "path=value", one after the other.
  ///
  /// Throws a `RecipeError` with all that is wrong with the text's form or with the overrides.
  public init(file: String, text: String, overrides: [String] = []) throws(RecipeError) {
    var root = try SourceNode(yaml: text) { .line(file: file, $0) }
    guard case .map = root.content else {
      throw RecipeError(at: root.location, "must be a map of keys, got \(root.inWords)")
    }
    var problems: [RecipeError.Problem] = []
    for override in overrides {
      do {
        try RecipeOverride(override).apply(to: &root)
      } catch {
        problems += error.problems
      }
    }
    guard problems.isEmpty else { throw RecipeError(problems: problems) }
    self.file = file
    self.root = root
  }

  /// Parses the file at `path`, then applies `overrides`.
  ///
  /// Throws a `FileError` when the file can't be read, otherwise as `init(file:text:overrides:)`.
  public init(path: String, overrides: [String] = []) throws {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      throw FileError(path, "is a folder, expected a YAML file")
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw FileError(path, "no such file, or it can't be read")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw FileError(path, "is not UTF-8 text")
    }
    try self.init(file: path, text: text, overrides: overrides)
  }

  /// What a scalar at the top of the file says, nil when there is no such key; reads nothing else.
  func scalar(_ key: String) -> RecipeValue? {
    guard case .map(let entries) = root.content else { return nil }
    return entries.first { $0.key == key }?.value.scalar
  }

  /// The same file without a key of a section at the top, so that the key has its default.
  func leavingOut(_ key: String, of section: String) -> RecipeSource {
    guard case .map(var entries) = root.content,
      let index = entries.firstIndex(where: { $0.key == section }),
      case .map(let inner) = entries[index].value.content
    else { return self }
    entries[index].value.content = .map(inner.filter { $0.key != key })
    return RecipeSource(file: file, root: SourceNode(content: .map(entries), location: root.location))
  }

  /// What a scalar one level down says, nil when there is none; reads nothing else.
  func text(_ key: String, of section: String) -> String? {
    guard case .map(let entries) = root.content,
      case .map(let inner) = entries.first(where: { $0.key == section })?.value.content,
      let node = inner.first(where: { $0.key == key })?.value, case .scalar(let text, _) = node.content,
      !node.isNull
    else { return nil }
    return text
  }

  /// The same file with lists of names in a section at the top that gives none of them, else as it is.
  func adding(_ lists: [(key: String, names: [String])], to section: String) -> RecipeSource {
    guard case .map(var entries) = root.content,
      let index = entries.firstIndex(where: { $0.key == section }),
      case .map(var inner) = entries[index].value.content,
      !inner.contains(where: { entry in lists.contains { $0.key == entry.key } })
    else { return self }
    let location = entries[index].value.location
    for (key, names) in lists {
      let nodes = names.map { SourceNode(content: .scalar($0, isQuoted: true), location: location) }
      inner.append(SourceNode.Entry(key: key, value: SourceNode(content: .list(nodes), location: location)))
    }
    entries[index].value.content = .map(inner)
    return RecipeSource(file: file, root: SourceNode(content: .map(entries), location: root.location))
  }

  /// Reads the whole file with `body` and returns its value beside the resolved tree: every key that
  /// `body` asked for, in that order, defaults filled in.
  ///
  /// Throws a `RecipeError` with all that `body` reported and all keys that it didn't ask for.
  public func read<Value>(
    _ body: (SectionReader) -> Value
  ) throws(RecipeError) -> (value: Value, resolved: RecipeValue) {
    let diagnostics = Diagnostics()
    let reader = SectionReader(root, path: "", diagnostics: diagnostics)
    let value = body(reader)
    let resolved = reader.finish()
    try diagnostics.throwIfAny()
    return (value, resolved)
  }
}
