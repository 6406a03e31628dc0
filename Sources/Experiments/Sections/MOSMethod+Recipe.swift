import Training

extension MOSMethod.Settings {
  /// Reads the settings of `mos`.
  init(reading reader: SectionReader) {
    self.init(
      grouping: reader.choice("grouping", default: "taxonomy", ClassGroupingChoice.recipeChoices),
      openBlocks: reader.integer("openBlocks", default: -1, in: .between(-1, and: 16)),
      cachesFeatures: reader.bool("cacheFeatures", default: true),
      mixup: reader.number("mixup", default: 0, in: .between(0, and: 1000)))
  }
}

extension ClassGroupingChoice {
  /// The ways to groups by name, as recipes give them.
  static let recipeChoices: [Choice<ClassGroupingChoice>] = [
    Choice("taxonomy") { .taxonomy(name: $0.optionalString("name")) },
    Choice("cluster") {
      .cluster(
        count: $0.integer("count", in: .between(1, and: 65_536)),
        restarts: $0.integer("restarts", default: 10, in: .between(1, and: 1000)))
    },
    Choice("random") { .random(count: $0.integer("count", in: .between(1, and: 65_536))) },
    Choice("flat") { _ in .flat },
  ]
}
