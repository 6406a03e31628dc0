/// The names that tensors have in the files of other programs, and the one that each has here.
///
/// Every spelling is told from the name itself, so that a file is read without saying where it comes from:
///
/// - PyTorch's wrappers: a leading `module.`, `_orig_mod.`, `model.`, `net.`, `network.`, `backbone.`, `encoder.`;
/// - torchvision and timm: `downsample` for the shortcut; kuangliu, RNA: `linear`; others: `classifier`, `head`;
/// - BiT's NumPy archives: `resnet/block1/unit01/a/standardized_conv2d/kernel`;
/// - timm's BiT: `stages.0.blocks.0.conv1.weight`.
public enum WeightNames {
  /// What wrappers put before all names of a network.
  private static let wrappers: Set<String> = [
    "module", "_orig_mod", "model", "net", "network", "backbone", "encoder",
  ]

  /// What other programs call the last layer.
  private static let heads: Set<String> = ["linear", "classifier", "head", "last_linear", "logits"]

  /// The name as this program writes it; names that it does not know stay as they are.
  public static func canonical(_ name: String) -> String {
    if name.contains("/") { return bigTransfer(name) ?? name }
    var components = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    while components.count > 2, wrappers.contains(components[0]) { components.removeFirst() }
    switch components[0] {
    // The public PyTorch code of BiT and MOS; its shortcuts are called "downsample".
    case "body", "root", "before_head": return components.joined(separator: ".")
    case "stem", "stages", "norm": return timm(components) ?? components.joined(separator: ".")
    case "head" where components.count == 3:
      // "head.conv" of BiT, and what timm calls it.
      if components[1] == "fc" { components[1] = "conv" }
      return components.joined(separator: ".")
    case let first where components.count == 2 && heads.contains(first): return "fc.\(components[1])"
    default: return components.map { $0 == "downsample" ? "shortcut" : $0 }.joined(separator: ".")
    }
  }

  /// A name of BiT's NumPy archives.
  private static func bigTransfer(_ name: String) -> String? {
    var path = name.split(separator: "/").map(String.init)
    guard path.count >= 3, path.removeFirst() == "resnet" else { return nil }
    let values = ["kernel": "weight", "bias": "bias", "gamma": "weight", "beta": "bias"]
    guard let value = path.popLast().flatMap({ values[$0] }), let kind = path.popLast() else { return nil }
    switch (path.first, path.count, kind) {
    case (nil, 0, "group_norm"): return "before_head.gn.\(value)"
    case ("root_block", 1, "standardized_conv2d"): return "root.conv.\(value)"
    case ("head", 1, "conv2d"): return "head.conv.\(value)"
    case (let block?, 3, _), (let block?, 4, _):
      guard block.hasPrefix("block"), let number = ["a": 1, "b": 2, "c": 3][path[2]] else { return nil }
      let unit = "body.\(block).\(path[1])"
      switch (path.dropFirst(3).first, kind) {
      case (nil, "standardized_conv2d"): return "\(unit).conv\(number).\(value)"
      case (nil, "group_norm"): return "\(unit).gn\(number).\(value)"
      case ("proj", "standardized_conv2d") where number == 1: return "\(unit).downsample.\(value)"
      default: return nil
      }
    default: return nil
    }
  }

  /// A name of timm's pre-activation ResNets, such as `resnetv2_50x1_bit`.
  private static func timm(_ components: [String]) -> String? {
    switch (components[0], components.count) {
    case ("stem", 3) where components[1] == "conv": return "root.conv.\(components[2])"
    case ("norm", 2): return "before_head.gn.\(components[1])"
    case ("stages", 6...):
      guard components[2] == "blocks", let stage = Int(components[1]), let block = Int(components[3]),
        stage >= 0, block >= 0, stage < 100, block < 100
      else { return nil }
      let unit = "body.block\(stage + 1).unit\(block < 9 ? "0" : "")\(block + 1)"
      let rest = components[4...]
      if rest.first == "downsample", rest.dropFirst().first == "conv", rest.count == 3 {
        return "\(unit).downsample.\(components[6])"
      }
      guard rest.count == 2, let layer = rest.first else { return nil }
      return "\(unit).\(layer.replacing("norm", with: "gn")).\(components[5])"
    default: return nil
    }
  }
}
