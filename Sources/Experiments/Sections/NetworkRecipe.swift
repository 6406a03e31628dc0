/// Which network a run trains.
public enum NetworkRecipe: Sendable, Equatable {
  /// How a block's input reaches its output where width or size change.
  public enum Shortcut: String, Sendable, CaseIterable {
    /// Through a 1×1 convolution with BatchNorm.
    case projection

    /// By leaving out pixels and padding with zero channels; has no parameters.
    case pad
  }

  /// The layers before the first block.
  public enum Stem: String, Sendable, CaseIterable {
    /// One 3×3 convolution, for pictures of about 32×32.
    case cifar
  }

  /// The thin ResNet of CIFAR, widths 16-32-64: resnet8, 14, 20, 32, 44, 56.
  case thinResNet(depth: Int, shortcut: Shortcut)

  /// The wide one, widths 64-128-256-512, of basic blocks: resnet18, resnet34.
  case resNet(depth: Int, stem: Stem)

  /// The network's name in recipes and in tables: "resnet20".
  public var name: String {
    switch self {
    case .thinResNet(let depth, _), .resNet(let depth, _): "resnet\(depth)"
    }
  }

  /// The networks by name.
  static let choices: [Choice<NetworkRecipe>] =
    [8, 14, 20, 32, 44, 56].map { depth in
      Choice("resnet\(depth)") {
        .thinResNet(depth: depth, shortcut: $0.word("shortcut", default: .projection))
      }
    }
    + [18, 34].map { depth in
      Choice("resnet\(depth)") { .resNet(depth: depth, stem: $0.word("stem", default: .cifar)) }
    }
}
