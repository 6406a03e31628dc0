/// Which batch normalisations of a network have parameters γ and β.
///
/// - Reference: Shin & Chung 2024 train CIFAR networks whose shortcuts alone have them; the public
///   code of *Unleashing Mask* has none.
public enum NormAffine: String, Sendable, CaseIterable {
  /// All of them.
  case all
  /// Those on shortcuts, which residual networks of basic and bottleneck blocks have.
  case shortcut
  /// None.
  case none

  /// Whether those on the main path do.
  var onMainPath: Bool { self == .all }

  /// Whether those on shortcuts do.
  var onShortcuts: Bool { self != .none }
}
