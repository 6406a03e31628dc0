import Tensors

/// The list of networks: each case is one family with its settings.
public enum NetworkChoice: Sendable, Hashable {
  /// ResNet-8, 14, 20, 32, 44, 56: widths 16-32-64.
  case narrowResNet(depth: Int, shortcut: ShortcutKind)

  /// ResNet-18: widths 64-128-256-512.
  case resnet18(stem: ResNet.Stem)

  /// ResNet-34: widths 64-128-256-512.
  case resnet34(stem: ResNet.Stem)

  /// A wide residual network of depth 6n + 4: widths 16-32-64 times `width`.
  case wideResNet(depth: Int, width: Int)

  /// DenseNet-BC: each layer adds `growth` channels, each transition keeps the share `reduction`.
  case denseNet(depth: Int, growth: Int, reduction: Double)

  /// The network's name in recipes and tables.
  public var name: String {
    switch self {
    case .narrowResNet(let depth, _): "resnet\(depth)"
    case .resnet18: "resnet18"
    case .resnet34: "resnet34"
    case .wideResNet(let depth, let width): "wrn\(depth)-\(width)"
    case .denseNet(let depth, _, _): "densenet\(depth)"
    }
  }

  /// The networks that have been given a place in the list, with default settings; `families` has more.
  public static let all: [NetworkChoice] =
    [8, 14, 20, 32, 44, 56].map { .narrowResNet(depth: $0, shortcut: .projection) }
    + [.resnet18(stem: .cifar), .resnet34(stem: .cifar)]
    + [(16, 2), (28, 10), (40, 2), (40, 4)].map { .wideResNet(depth: $0, width: $1) }
    + [.denseNet(depth: 100, growth: 12, reduction: 0.5)]

  /// What the names of networks beyond `all` look like, in words.
  public static let families = ["any wrnD-K with D = 6n + 4", "any densenetL with L from 10"]

  /// The network of that name with default settings, nil if there is none.
  public static func named(_ name: String) -> NetworkChoice? {
    all.first { $0.name == name } ?? member(named: name)
  }

  /// A network of one of the families; four digits of depth or width are a slip of the finger.
  private static func member(named name: String) -> NetworkChoice? {
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
    return nil
  }

  /// The smallest height and width of pictures that leaves every layer something to see.
  public var minimumSide: Int {
    switch self {
    case .narrowResNet, .resnet18, .resnet34, .wideResNet: 1
    case .denseNet: 4
    }
  }

  /// The rule by which the network's published code starts its weights.
  private var rule: Initializer.Rule {
    switch self {
    case .narrowResNet, .resnet18, .resnet34: .uniform
    case .wideResNet, .denseNet: .normal
    }
  }

  /// A freshly initialised network.
  public func network(logitCount: Int, seed: UInt64, arena: Arena) -> Network {
    let initializer = Initializer(seed: seed, rule: rule, arena: arena)
    let backbone: any Backbone =
      switch self {
      case .narrowResNet(let depth, let shortcut):
        ResNet(.narrow(depth: depth), shortcut: shortcut, initializer)
      case .resnet18(let stem): ResNet(.resnet18, stem: stem, initializer)
      case .resnet34(let stem): ResNet(.resnet34, stem: stem, initializer)
      case .wideResNet(let depth, let width): WideResNet(depth: depth, width: width, initializer)
      case .denseNet(let depth, let growth, let reduction):
        DenseNet(depth: depth, growth: growth, reduction: reduction, initializer)
      }
    return Network(backbone, featureWidth: backbone.featureWidth, logitCount: logitCount, initializer)
  }
}
