import Yams

extension SourceNode {
  /// Parses YAML text; `locate` turns a line, counted from 1, into the location of what stands there.
  ///
  /// Throws a `RecipeError` with one problem when the text is not YAML or gives a key twice.
  init(yaml text: String, locate: (Int) -> RecipeLocation) throws(RecipeError) {
    let root: Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch let error as YamlError {
      throw RecipeError(problem: error, in: text, locate: locate)
    } catch {
      throw RecipeError(at: locate(1), "not valid YAML: \(error)")
    }
    if let root {
      try self.init(root, at: locate(root.mark?.line ?? 1), locate: locate)
    } else {
      self.init(content: .scalar("", isQuoted: false), location: locate(1))
    }
  }

  private init(
    _ node: Node, at location: RecipeLocation, locate: (Int) -> RecipeLocation
  ) throws(RecipeError) {
    self.location = location
    switch node {
    case .scalar(let scalar):
      content = .scalar(scalar.string, isQuoted: scalar.style != .plain)
    case .sequence(let sequence):
      var elements: [SourceNode] = []
      for element in sequence {
        let location = element.mark.map { locate($0.line) } ?? location
        elements.append(try SourceNode(element, at: location, locate: locate))
      }
      content = .list(elements)
    case .mapping(let mapping):
      var entries: [Entry] = []
      for (key, value) in mapping {
        let location = key.mark.map { locate($0.line) } ?? location
        guard case .scalar(let scalar) = key else {
          throw RecipeError(at: location, "a key must be a word, got a list or a map")
        }
        entries.append(
          Entry(key: scalar.string, value: try SourceNode(value, at: location, locate: locate)))
      }
      content = .map(entries)
    case .alias:
      throw RecipeError(at: location, "not valid YAML: an alias without its anchor")
    }
  }
}

extension RecipeError {
  /// One problem with the file as a whole.
  init(at location: RecipeLocation, _ message: String) {
    self.init(problems: [Problem(location: location, path: "", message: message)])
  }

  /// The parser's complaint as one line.
  fileprivate init(problem error: YamlError, in text: String, locate: (Int) -> RecipeLocation) {
    // What the parser says of a tab helps nobody.
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    if let tab = lines.firstIndex(where: { $0.prefix(while: \.isWhitespace).contains("\t") }) {
      self.init(
        at: locate(tab + 1), "not valid YAML: the line is indented with a tab; YAML takes spaces only")
      return
    }
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let reason = context.map { "\($0.text) that starts in line \($0.mark.line), \(problem)" } ?? problem
      self.init(at: locate(mark.line), "not valid YAML: \(reason)")
    case .reader(let problem, let offset, _, let text):
      let line = 1 + text.prefix(offset ?? 0).filter(\.isNewline).count
      self.init(at: locate(line), "not valid YAML: \(problem)")
    case .duplicatedKeysInMapping(let keys, let context):
      let names = keys.map { "'\($0)'" }.joined(separator: ", ")
      self.init(
        at: locate(context.mark.line),
        keys.count == 1
          ? "the key \(names) is given more than once in one map"
          : "the keys \(names) are given more than once in one map")
    default:
      self.init(at: locate(1), "not valid YAML: \(error)")
    }
  }
}
