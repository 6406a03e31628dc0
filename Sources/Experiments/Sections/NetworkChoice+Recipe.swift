import Networks

extension NetworkChoice {
  /// The networks by name, as recipes give them.
  static let recipeChoices = all.map(\.recipeChoice)

  /// The networks of any depth and width.
  static let recipeFamily = ChoiceFamily(families) { NetworkChoice.named($0)?.recipeChoice }

  /// This network, with the settings that a recipe may change.
  private var recipeChoice: Choice<NetworkChoice> {
    Choice(name) { reader in
      switch self {
      case .narrowResNet(let depth, let shortcut):
        .narrowResNet(depth: depth, shortcut: reader.word("shortcut", default: shortcut))
      case .resnet18(let stem): .resnet18(stem: reader.word("stem", default: stem))
      case .resnet34(let stem): .resnet34(stem: reader.word("stem", default: stem))
      case .wideResNet: self
      case .denseNet(let depth, let growth, let reduction):
        .denseNet(
          depth: depth,
          growth: reader.integer("growth", default: growth, in: .between(1, and: 1_000)),
          reduction: reader.number("reduction", default: reduction, in: .above(0, upTo: 1)))
      }
    }
  }
}
