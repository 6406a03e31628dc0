/// A parameter and its full name.
public struct NamedParameter {
  /// The name, as in checkpoints: "layer1.0.conv1.weight".
  public let name: String

  /// The parameter.
  public let parameter: Parameter
}
