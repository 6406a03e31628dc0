import Training

/// In what one experiment differs from another, in words for a table's caption.
enum RecipeDeviation {
  /// One phrase a difference: "network resnet8 instead of resnet18", "30 epochs instead of 200".
  ///
  /// What changes no result is left out, and so are scores: each table says which it shows. Sets are named as wholes.
  static func lines(from first: Recipe, to second: Recipe) -> [String] {
    var lines: [String] = []
    func add(_ what: String, _ one: String, _ other: String) {
      if one != other { lines.append("\(what) \(other) instead of \(one)") }
    }
    add("network", network(first), network(second))
    if first.stages.count == second.stages.count {
      for (index, (one, other)) in zip(first.stages, second.stages).enumerated()
      where one.epochs != other.epochs {
        let stage = first.stages.count > 1 ? " of stage \(index)" : ""
        let epochs = other.epochs == 1 ? "1 epoch" : "\(other.epochs) epochs"
        lines.append("\(epochs)\(stage) instead of \(one.epochs)")
      }
    }
    for (name, sets) in [
      ("training set", { ($0 as Recipe).data.train.name }), ("test set", { $0.data.test.name }),
      ("auxiliary set", { auxiliary($0.data.auxiliary) }),
      ("augmentation", { names($0.resolved["data.augment"]) }),
      ("near sets", { list($0.data.near.map(\.name)) }), ("far sets", { list($0.data.far.map(\.name)) }),
    ] {
      add(name, sets(first), sets(second))
    }
    return lines + rest(first, second)
  }

  private static func list(_ names: [String]) -> String {
    names.isEmpty ? "(none)" : "(" + names.joined(separator: ", ") + ")"
  }

  /// The names of a list of choices.
  private static func names(_ value: RecipeValue?) -> String {
    guard case .list(let elements)? = value else { return "(none)" }
    return list(
      elements.map { element in
        if case .map(let entries) = element { return entries.first?.key ?? "" }
        return element.inline
      })
  }

  private static func auxiliary(_ recipe: AuxiliaryRecipe?) -> String {
    switch recipe?.source {
    case .set(let reference): reference.name
    case .training: "(pieces of the training pictures)"
    case nil: "(none)"
    }
  }

  private static func network(_ recipe: Recipe) -> String {
    switch recipe.resolved["network"] {
    case .string(let name): name
    case .map(let entries): entries.first?.key ?? ""
    default: ""
    }
  }

  /// What else differs, key by key.
  private static func rest(_ first: Recipe, _ second: Recipe) -> [String] {
    let said = [
      "name", "seed", "threads", "logEvery", "data.cache", "data.auxiliary.part", "evaluate.protocol",
      "data.train.set", "data.test.set",
      "data.auxiliary.set",
      "evaluate.scores", "evaluate.every", "evaluate.verdict", "evaluate.batchSize",
      "evaluate.representation", "analyses",
    ]
    // Where its name differs, that says enough of another training set.
    let places =
      first.data.train.name == second.data.train.name
      ? [] : ["data.train.path", "data.train.list", "data.train.root"]
    let wholes =
      ["network", "data.near", "data.far"] + places
      + (names(first.resolved["data.augment"]) == names(second.resolved["data.augment"])
        ? [] : ["data.augment"])
    let entries = RecipeDifference(first.resolved, second.resolved).entries
    var lines: [String] = []
    for entry in entries where !said.contains(entry.path) {
      let parts = entry.path.split(separator: ".")
      guard !wholes.contains(where: { entry.path == $0 || entry.path.hasPrefix($0 + ".") }),
        !said.contains(where: { entry.path.hasPrefix($0 + ".") }),
        !(parts.first == "stages"
          && ["epochs", "checkpoint", "name", "from"].contains(parts.dropFirst(2).first))
      else { continue }
      lines.append(
        "`\(entry.path)` \(entry.second?.inline ?? "absent") instead of \(entry.first?.inline ?? "none")")
    }
    return lines + networkSettings(first, second)
  }

  /// Settings that both networks have and that differ.
  private static func networkSettings(_ first: Recipe, _ second: Recipe) -> [String] {
    guard case .map(let one)? = first.resolved["network"], case .map(let other)? = second.resolved["network"],
      case .map(let left)? = one.first?.value, case .map(let right)? = other.first?.value
    else { return [] }
    return left.compactMap { entry in
      guard let value = right.first(where: { $0.key == entry.key })?.value, value != entry.value else {
        return nil
      }
      return "network's \(entry.key) \(value.inline) instead of \(entry.value.inline)"
    }
  }
}
