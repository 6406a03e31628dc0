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
      case .narrowResNet(let depth, let width, let shortcut, let affine):
        .narrowResNet(
          depth: depth, width: Self.width(reader, width),
          shortcut: reader.word("shortcut", default: shortcut),
          normAffine: reader.word("normAffine", default: affine))
      case .resnet18(let stem, let width, let affine):
        .resnet18(
          stem: reader.word("stem", default: stem), width: Self.width(reader, width),
          normAffine: reader.word("normAffine", default: affine))
      case .resnet34(let stem, let width, let affine):
        .resnet34(
          stem: reader.word("stem", default: stem), width: Self.width(reader, width),
          normAffine: reader.word("normAffine", default: affine))
      case .resnet50(let stem, let width, let affine):
        .resnet50(
          stem: reader.word("stem", default: stem), width: Self.width(reader, width),
          normAffine: reader.word("normAffine", default: affine))
      case .resnet101(let stem, let width, let affine):
        .resnet101(
          stem: reader.word("stem", default: stem), width: Self.width(reader, width),
          normAffine: reader.word("normAffine", default: affine))
      case .wideResNet(let depth, let width, let dropout, let affine, let rule):
        .wideResNet(
          depth: depth, width: width,
          dropout: reader.number("dropout", default: dropout, in: .from(0, below: 1)),
          normAffine: reader.word("normAffine", default: affine),
          initialization: reader.word("initialization", default: rule))
      case .denseNet(let depth, let growth, let reduction, let dropout, let affine, let rule):
        .denseNet(
          depth: depth,
          growth: reader.integer("growth", default: growth, in: .between(1, and: 1_000)),
          reduction: reader.number("reduction", default: reduction, in: .above(0, upTo: 1)),
          dropout: reader.number("dropout", default: dropout, in: .from(0, below: 1)),
          normAffine: reader.word("normAffine", default: affine),
          initialization: reader.word("initialization", default: rule))
      case .bit: self
      }
    }
  }

  /// Channels of the stem.
  private static func width(_ reader: SectionReader, _ usual: Int) -> Int {
    reader.integer("width", default: usual, in: .between(1, and: 1_000))
  }
}
