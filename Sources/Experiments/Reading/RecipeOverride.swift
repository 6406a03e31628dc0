/// A change to a recipe from the command line: `--set stages.0.epochs=5`.
///
/// The text is split at the first `=`; the path is split at its dots, where a number is an index into a
/// list; the value is YAML. A path through a key that is missing creates it, so that settings which the
/// file leaves at their defaults can be changed. The value `!remove` takes a key out, so that it has its default.
struct RecipeOverride: Sendable {
  private let text: String
  private let path: [String]
  private let value: SourceNode?

  private var location: RecipeLocation { .override(text) }

  /// Throws a `RecipeError` when the text isn't of the form "path=value".
  init(_ text: String) throws(RecipeError) {
    self.text = text
    let location = RecipeLocation.override(text)
    guard let sign = text.firstIndex(of: "=") else {
      throw RecipeError(at: location, "expected path=value, as in stages.0.epochs=5")
    }
    path = text[..<sign].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard path.allSatisfy({ !$0.isEmpty }) else {
      throw RecipeError(at: location, "the path '\(text[..<sign])' has an empty part")
    }
    let yaml = String(text[text.index(after: sign)...])
    value = yaml == "!remove" ? nil : try SourceNode(yaml: yaml) { _ in location }
  }

  /// Changes `root`, or throws a `RecipeError` that says where the path leads nowhere.
  func apply(to root: inout SourceNode) throws(RecipeError) {
    try set(path[...], in: &root)
  }

  private func set(_ rest: ArraySlice<String>, in node: inout SourceNode) throws(RecipeError) {
    guard let key = rest.first else {
      if let value { node = value }
      return
    }
    let walked = path[..<rest.startIndex].joined(separator: ".")
    switch node.content {
    case .map(var entries):
      if value == nil, rest.count == 1 {
        guard entries.contains(where: { $0.key == key }) else {
          throw problem("there is no \(path.joined(separator: ".")) to remove")
        }
        node.content = .map(entries.filter { $0.key != key })
        return
      }
      let index = entries.firstIndex { $0.key == key } ?? entries.count
      if index == entries.count {
        entries.append(SourceNode.Entry(key: key, value: .emptyMap(at: location)))
      }
      try set(rest.dropFirst(), in: &entries[index].value)
      node.content = .map(entries)
    case .list(var elements):
      guard let index = Int(key) else {
        throw problem("\(walked) is a list, and '\(key)' is not an index into it")
      }
      guard elements.indices.contains(index) else {
        let count = elements.count == 1 ? "1 element" : "\(elements.count) elements"
        throw problem("\(walked) has \(count), counted from 0; there is no \(walked).\(key)")
      }
      if value == nil, rest.count == 1 {
        elements.remove(at: index)
        node.content = .list(elements)
        return
      }
      try set(rest.dropFirst(), in: &elements[index])
      node.content = .list(elements)
    case .scalar(let name, _):
      // `network: resnet20` is short for `network: {resnet20: {}}`, and `flip:` for `flip: {}`.
      guard node.isNull || name == key else {
        throw problem("\(walked) is \(node.inWords), so there is no \(walked).\(key)")
      }
      node.content = .map([])
      try set(rest, in: &node)
    }
  }

  private func problem(_ message: String) -> RecipeError { RecipeError(at: location, message) }
}
