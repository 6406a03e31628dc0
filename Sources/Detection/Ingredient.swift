/// Something a score may need besides its settings.
public enum Ingredient: String, Sendable, Hashable, CaseIterable {
  /// The logits of the images to be scored.
  case logits
  /// The features of the images to be scored.
  case features
  /// The classifier's last layer.
  case head
  /// The number of classes of each group of a grouped softmax.
  case groups
  /// The features of inner layers of the images to be scored.
  case layers
  /// The images themselves and the network, to follow gradients to the images; see `GradientScore`.
  case network
  /// A table of training images to fit on.
  case fittingBank
  /// A table of validation images to fit on; where there is none the fitting bank serves.
  case validation

  /// Whether what it holds is meant class by class, so that a softmax per group has it in another form.
  var isPerClass: Bool { self == .logits || self == .head }

  /// What is missing where it is missing.
  var inWords: String {
    switch self {
    case .head: "the classifier's weight and bias"
    case .layers: "the features of inner layers"
    case .network: "the network and the images"
    default: rawValue
    }
  }

  /// Whether a table holds it; what no table holds counts as there.
  func isPart(of table: FeatureTable) -> Bool {
    switch self {
    case .logits: table.logits != nil
    case .features: table.features != nil
    case .head: table.head != nil
    case .groups: table.groups != nil
    case .layers: !table.layerFeatures.isEmpty
    case .network, .fittingBank, .validation: true
    }
  }
}
