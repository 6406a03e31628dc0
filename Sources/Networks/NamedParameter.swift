/// A parameter and its full name.
public struct NamedParameter {
  /// The name, as in checkpoints: "layer1.0.conv1.weight".
  public let name: String

  /// The parameter.
  public let parameter: Parameter

  /// Whether a normalisation layer owns it.
  public let belongsToNormalization: Bool

  /// A parameter under a name.
  public init(name: String, parameter: Parameter, belongsToNormalization: Bool = false) {
    self.name = name
    self.parameter = parameter
    self.belongsToNormalization = belongsToNormalization
  }
}
