/// An experiment that a table's cells are taken from: a recipe with overrides, at one or both scales.
struct TableRun: Sendable, Equatable {
  /// A recipe file and the overrides that make it this experiment.
  struct Variant: Sendable, Equatable {
    /// The recipe's file, as the table names it.
    let recipe: String

    /// Overrides, each "path=value".
    let set: [String]
  }

  /// What rows, columns and other runs call it.
  let name: String

  /// At the paper's setting, nil if it can't be run there.
  let full: Variant?

  /// At the small setting, nil if it can't be run there.
  let small: Variant?

  /// Overrides at both scales; `${NAME}` stands for the folder of another run with the same seed.
  let set: [String]

  /// The run that the first stage takes its weights from, nil for none.
  let from: String?

  init(_ name: String, reading reader: SectionReader) {
    func variant(_ key: String) -> Variant? {
      reader.optionalSection(key, shorthand: "recipe") { section in
        Variant(recipe: section.string("recipe"), set: section.list("set", default: []) { $0.string() })
      }
    }
    self.name = name
    full = variant("full")
    small = variant("small")
    set = reader.list("set", default: []) { $0.string() }
    from = reader.optionalString("from")
    if full == nil, small == nil { reader.report("needs a recipe under full, small or both") }
  }

  /// The recipe and the overrides at a scale, those for all runs of the small scale first; nil if it has none there.
  func variant(_ scale: TableFile.Scale, smallSet: [String]) -> Variant? {
    guard let variant = scale == .full ? full : small else { return nil }
    let start = from.map { ["stages.0.from=${\($0)}/checkpoints/last.safetensors"] } ?? []
    return Variant(
      recipe: variant.recipe, set: (scale == .small ? smallSet : []) + variant.set + set + start)
  }

  /// The runs whose folders its overrides name, each once.
  var dependencies: [String] {
    let texts = set + (full?.set ?? []) + (small?.set ?? [])
    return TableRun.names(in: texts + (from.map { ["${\($0)}"] } ?? []))
  }

  /// The names that stand in `${…}`, each once.
  static func names(in overrides: [String]) -> [String] {
    var names: [String] = []
    for match in overrides.flatMap({ $0.matches(of: #/\$\{([^}]*)\}/#) })
    where !names.contains(String(match.1)) {
      names.append(String(match.1))
    }
    return names
  }
}
