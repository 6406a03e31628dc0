import Tensors

/// Which parameters weight decay reaches.
///
/// Normalisation's γ and β set the scale and place of activations; torchvision's recipes and others leave them,
/// or everything that is no matrix or kernel, out of the decay.
public enum DecayScope: String, Sendable, Hashable, CaseIterable {
  /// Every parameter.
  case all

  /// Every parameter but those that normalisation layers own, as torchvision's `norm_weight_decay=0`.
  case exceptNorms

  /// Parameters with at least two extents: neither normalisation nor biases.
  case matrices

  /// Whether weight decay reaches this parameter.
  func reaches(_ named: NamedParameter) -> Bool {
    switch self {
    case .all: true
    case .exceptNorms: !named.belongsToNormalization
    case .matrices: named.parameter.value.shape.rank >= 2
    }
  }
}
