import Tensors

/// The list of networks: each case is one family with its settings.
public enum NetworkChoice: Sendable, Hashable {
  /// ResNet-8, 14, 20, 32, 44, 56: widths `width`, 2·`width`, 4·`width`.
  case narrowResNet(depth: Int, width: Int = 16, shortcut: ShortcutKind, normAffine: NormAffine = .all)

  /// ResNet-18: `width`, doubled from stage to stage.
  case resnet18(stem: ResNet.Stem, width: Int = 64, normAffine: NormAffine = .all)

  /// ResNet-34: `width`, doubled from stage to stage.
  case resnet34(stem: ResNet.Stem, width: Int = 64, normAffine: NormAffine = .all)

  /// ResNet-50: 4·`width`, doubled from stage to stage.
  case resnet50(stem: ResNet.Stem, width: Int = 64, normAffine: NormAffine = .all)

  /// ResNet-101: 4·`width`, doubled from stage to stage.
  case resnet101(stem: ResNet.Stem, width: Int = 64, normAffine: NormAffine = .all)

  /// A wide residual network of depth 6n + 4: widths 16-32-64 times `width`.
  case wideResNet(
    depth: Int, width: Int, dropout: Double = 0, normAffine: NormAffine = .all,
    initialization: Initializer.Rule = .normal)

  /// DenseNet-BC: each layer adds `growth` channels, each transition keeps the share `reduction`.
  case denseNet(
    depth: Int, growth: Int, reduction: Double, dropout: Double = 0, normAffine: NormAffine = .all,
    initialization: Initializer.Rule = .normal)

  /// A residual network of Big Transfer, whose stem has `width` channels.
  case bit(depth: Int, width: Int = 64)

  /// The network's name in recipes and tables.
  public var name: String {
    switch self {
    case .narrowResNet(let depth, let width, _, _): "resnet\(depth)" + Self.suffix(width, usual: 16)
    case .resnet18(_, let width, _): "resnet18" + Self.suffix(width, usual: 64)
    case .resnet34(_, let width, _): "resnet34" + Self.suffix(width, usual: 64)
    case .resnet50(_, let width, _): "resnet50" + Self.suffix(width, usual: 64)
    case .resnet101(_, let width, _): "resnet101" + Self.suffix(width, usual: 64)
    case .wideResNet(let depth, let width, _, _, _): "wrn\(depth)-\(width)"
    case .denseNet(let depth, _, _, _, _, _): "densenet\(depth)"
    case .bit(let depth, let width):
      width % 64 == 0 ? "bit-r\(depth)x\(width / 64)" : "bit-r\(depth)w\(width)"
    }
  }

  private static func suffix(_ width: Int, usual: Int) -> String { width == usual ? "" : "w\(width)" }

  /// The networks that have been given a place in the list, with default settings; `families` has more.
  public static let all: [NetworkChoice] =
    [8, 14, 20, 32, 44, 56].map { .narrowResNet(depth: $0, shortcut: .projection) }
    + [.resnet18(stem: .cifar), .resnet34(stem: .cifar)]
    + [.resnet50(stem: .imagenet), .resnet101(stem: .imagenet)]
    + [(16, 2), (28, 10), (40, 2), (40, 4)].map { .wideResNet(depth: $0, width: $1) }
    + [.denseNet(depth: 100, growth: 12, reduction: 0.5)]
    + [(50, 1), (101, 1)].map { .bit(depth: $0, width: 64 * $1) }

  /// What the names of networks beyond `all` look like, in words.
  public static let families = [
    "any of these resnets with wK behind its name for K channels in the stem", "any wrnD-K with D = 6n + 4",
    "any densenetL with L from 10", "bit-rDxK or bit-rDwC with D of 14, 26, 50, 101, 152",
  ]

  /// The network of that name with default settings, nil if there is none.
  public static func named(_ name: String) -> NetworkChoice? {
    all.first { $0.name == name } ?? member(named: name)
  }

  /// A network of one of the families; four digits of depth or width are a slip of the finger.
  private static func member(named name: String) -> NetworkChoice? {
    if let match = name.wholeMatch(of: /(resnet\d+)w([1-9]\d{0,2})/), let width = Int(match.2) {
      return all.first { $0.name == match.1 }?.ofWidth(width).flatMap { $0.name == name ? $0 : nil }
    }
    if let match = name.wholeMatch(of: /wrn([1-9]\d{0,2})-([1-9]\d{0,2})/),
      let depth = Int(match.1), let width = Int(match.2), WideResNet.accepts(depth: depth)
    {
      return .wideResNet(depth: depth, width: width)
    }
    if let match = name.wholeMatch(of: /densenet([1-9]\d{0,2})/), let depth = Int(match.1),
      DenseNet.accepts(depth: depth)
    {
      return .denseNet(depth: depth, growth: 12, reduction: 0.5)
    }
    if let match = name.wholeMatch(of: /bit-r(\d+)(x|w)([1-9]\d{0,2})/), let depth = Int(match.1),
      let width = Int(match.3), BiT.depths.contains(depth)
    {
      let channels = match.2 == "x" ? 64 * width : width
      guard BiT.accepts(width: channels) else { return nil }
      let choice = NetworkChoice.bit(depth: depth, width: channels)
      return choice.name == name ? choice : nil
    }
    return nil
  }

  /// The same residual network with another stem width; nil for other families.
  private func ofWidth(_ width: Int) -> NetworkChoice? {
    switch self {
    case .narrowResNet(let depth, _, let shortcut, let affine):
      .narrowResNet(depth: depth, width: width, shortcut: shortcut, normAffine: affine)
    case .resnet18(let stem, _, let affine): .resnet18(stem: stem, width: width, normAffine: affine)
    case .resnet34(let stem, _, let affine): .resnet34(stem: stem, width: width, normAffine: affine)
    case .resnet50(let stem, _, let affine): .resnet50(stem: stem, width: width, normAffine: affine)
    case .resnet101(let stem, _, let affine): .resnet101(stem: stem, width: width, normAffine: affine)
    case .wideResNet, .denseNet, .bit: nil
    }
  }

  /// The smallest height and width of pictures that leaves every layer something to see.
  public var minimumSide: Int {
    switch self {
    case .denseNet: 4
    default: 1
    }
  }

  /// The rule by which the network's published code starts its weights.
  private var rule: Initializer.Rule {
    switch self {
    case .narrowResNet, .bit: .uniform
    case .resnet18(let stem, _, _), .resnet34(let stem, _, _), .resnet50(let stem, _, _),
      .resnet101(let stem, _, _):
      stem == .cifar ? .uniform : .torchvision
    case .wideResNet(_, _, _, _, let rule), .denseNet(_, _, _, _, _, let rule): rule
    }
  }

  /// A freshly initialised network.
  public func network(logitCount: Int, seed: UInt64, arena: Arena) -> Network {
    let initializer = Initializer(seed: seed, rule: rule, arena: arena)
    let backbone = backbone(initializer)
    return Network(backbone, featureWidth: backbone.featureWidth, logitCount: logitCount, initializer)
  }

  private func backbone(_ initializer: Initializer) -> any Backbone {
    switch self {
    case .narrowResNet(let depth, let width, let shortcut, let affine):
      ResNet(.narrow(depth: depth, width: width), shortcut: shortcut, normAffine: affine, initializer)
    case .resnet18(let stem, let width, let affine):
      ResNet(.resnet18(width: width), stem: stem, normAffine: affine, initializer)
    case .resnet34(let stem, let width, let affine):
      ResNet(.resnet34(width: width), stem: stem, normAffine: affine, initializer)
    case .resnet50(let stem, let width, let affine):
      ResNet(.resnet50(width: width), stem: stem, normAffine: affine, initializer)
    case .resnet101(let stem, let width, let affine):
      ResNet(.resnet101(width: width), stem: stem, normAffine: affine, initializer)
    case .wideResNet(let depth, let width, let dropout, let affine, _):
      WideResNet(depth: depth, width: width, affine: affine.onMainPath, dropout: dropout, initializer)
    case .denseNet(let depth, let growth, let reduction, let dropout, let affine, _):
      DenseNet(
        depth: depth, growth: growth, reduction: reduction, affine: affine.onMainPath, dropout: dropout,
        initializer)
    case .bit(let depth, let width): BiT(depth: depth, width: width, initializer)
    }
  }
}
