/// What network the names and shapes of its tensors speak of.
///
/// Used to say what is wrong when weights do not fit: "holds wrn40-2, the network is resnet18".
public struct Architecture: Sendable, Equatable {
  /// The network's name and what is unusual about it, such as "resnet20 with padded shortcuts".
  public let name: String

  /// The head's weight and its extents, if there is a head.
  public let head: Head?

  /// The last layer.
  public struct Head: Sendable, Equatable {
    /// The weight's name.
    public let name: String
    /// Classes.
    public let classCount: Int
    /// Width of the features.
    public let featureWidth: Int
  }

  /// The network whose tensors have those extents under this program's names; nil if no known network has them.
  public init?(_ shapes: [String: [Int]]) {
    guard let name = Self.bigTransfer(shapes) ?? Self.chained(shapes) ?? Self.residual(shapes) else {
      return nil
    }
    self.name = name
    head = Self.head(shapes)
  }

  /// The last layer among tensors of those extents, nil if there is none.
  static func head(_ shapes: [String: [Int]]) -> Head? {
    for name in ["fc.weight", "head.conv.weight"] {
      guard let shape = shapes[name], shape.count >= 2, shape.dropFirst(2).allSatisfy({ $0 == 1 }) else {
        continue
      }
      return Head(name: name, classCount: shape[0], featureWidth: shape[1])
    }
    return nil
  }

  private static func bigTransfer(_ shapes: [String: [Int]]) -> String? {
    guard let width = shapes["root.conv.weight"]?.first else { return nil }
    let units = (1...4).map { stage in
      (1...99).prefix { unit in
        shapes["body.block\(stage).unit\(unit < 10 ? "0" : "")\(unit).conv3.weight"] != nil
      }.count
    }
    return units.contains(0) ? nil : "bit-r\(3 * units.reduce(0, +) + 2)x\(width / 64)"
  }

  /// Wide and dense networks, whose stages are chains called "layer".
  private static func chained(_ shapes: [String: [Int]]) -> String? {
    let count = (0...).prefix { shapes["block1.layer.\($0).conv1.weight"] != nil }.count
    guard count > 0, let conv1 = shapes["block1.layer.0.conv1.weight"]?.first,
      let conv2 = shapes["block1.layer.0.conv2.weight"]?.first
    else { return nil }
    let name =
      shapes["trans1.conv1.weight"] == nil
      ? "wrn\(6 * count + 4)-\(conv1 / 16)"
      : "densenet\(6 * count + 4)" + (conv2 == 12 ? "" : " of growth \(conv2)")
    return name + affine(shapes)
  }

  private static func residual(_ shapes: [String: [Int]]) -> String? {
    guard let stem = shapes["conv1.weight"], stem.count == 4 else { return nil }
    let counts = (1...5).map { stage in
      (0...).prefix { shapes["layer\(stage).\($0).conv1.weight"] != nil }.count
    }.prefix { $0 > 0 }
    let isBottleneck = shapes["layer1.0.conv3.weight"] != nil
    guard let first = counts.first else { return nil }
    let layers = counts.reduce(0, +)
    let depth = layers * (isBottleneck ? 3 : 2) + 2
    let isNarrow = counts.count == 3 && counts.allSatisfy { $0 == first } && stem[0] == 16
    let isKnown = isNarrow || [[2, 2, 2, 2], [3, 4, 6, 3], [3, 4, 23, 3]].contains(Array(counts))
    var name = isKnown ? "resnet\(depth)" : "a residual network of \(layers) blocks"
    if stem[0] != (isNarrow ? 16 : 64) { name += " of width \(stem[0])" }
    if !isNarrow { name += stem[2] == 7 ? " with the stem for photographs" : "" }
    if !isBottleneck, shapes["layer2.0.shortcut.0.weight"] == nil { name += " with padded shortcuts" }
    return name + affine(shapes)
  }

  private static func affine(_ shapes: [String: [Int]]) -> String {
    shapes["bn1.running_mean"] != nil && shapes["bn1.weight"] == nil ? " without γ and β" : ""
  }
}
