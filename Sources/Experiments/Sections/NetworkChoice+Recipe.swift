import Networks

extension NetworkChoice {
  /// The networks by name, as recipes give them.
  static let recipeChoices: [Choice<NetworkChoice>] = all.map { network in
    Choice(network.name) { reader in
      switch network {
      case .narrowResNet(let depth, let shortcut):
        .narrowResNet(depth: depth, shortcut: reader.word("shortcut", default: shortcut))
      case .resnet18(let stem): .resnet18(stem: reader.word("stem", default: stem))
      case .resnet34(let stem): .resnet34(stem: reader.word("stem", default: stem))
      }
    }
  }
}
