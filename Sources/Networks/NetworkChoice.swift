import Tensors

/// The list of networks: each case is one family with its settings.
public enum NetworkChoice: Sendable, Hashable {
  /// ResNet-8, 14, 20, 32, 44, 56: widths 16-32-64.
  case narrowResNet(depth: Int, shortcut: ShortcutKind)

  /// ResNet-18: widths 64-128-256-512.
  case resnet18(stem: ResNet.Stem)

  /// ResNet-34: widths 64-128-256-512.
  case resnet34(stem: ResNet.Stem)

  /// The network's name in recipes and tables.
  public var name: String {
    switch self {
    case .narrowResNet(let depth, _): "resnet\(depth)"
    case .resnet18: "resnet18"
    case .resnet34: "resnet34"
    }
  }

  /// All networks by name, with default settings.
  public static let all: [NetworkChoice] =
    [8, 14, 20, 32, 44, 56].map { .narrowResNet(depth: $0, shortcut: .projection) }
    + [.resnet18(stem: .cifar), .resnet34(stem: .cifar)]

  /// The network of that name with default settings, nil if there is none.
  public static func named(_ name: String) -> NetworkChoice? { all.first { $0.name == name } }

  /// A freshly initialised network.
  public func network(logitCount: Int, seed: UInt64, arena: Arena) -> Network {
    let initializer = Initializer(seed: seed, arena: arena)
    let backbone =
      switch self {
      case .narrowResNet(let depth, let shortcut):
        ResNet(.narrow(depth: depth), shortcut: shortcut, initializer)
      case .resnet18(let stem): ResNet(.resnet18, stem: stem, initializer)
      case .resnet34(let stem): ResNet(.resnet34, stem: stem, initializer)
      }
    return Network(backbone, featureWidth: backbone.featureWidth, logitCount: logitCount, initializer)
  }
}
