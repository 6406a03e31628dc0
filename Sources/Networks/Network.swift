import Kernels
import Tensors

/// A backbone that turns pictures into features, and a linear head that turns features into logits.
public final class Network {
  /// From pictures to features.
  public let backbone: any Layer

  /// From features to logits.
  public let classifier: Linear

  /// Width of the features.
  public let featureWidth: Int

  /// How many logits there are.
  public let logitCount: Int

  /// A network of given backbone, with a fresh head.
  public init(_ backbone: any Layer, featureWidth: Int, logitCount: Int, _ initializer: Initializer) {
    self.backbone = backbone
    self.featureWidth = featureWidth
    self.logitCount = logitCount
    classifier = Linear(featureWidth, logitCount, initializer)
  }

  /// Features and logits of `[batch, height, width, 3]`.
  ///
  /// The backbone works on activations of the context's precision; features and logits are float32.
  public func callAsFunction(_ images: Tensor, _ context: Context) -> ModelOutput {
    let activations = converted(images, to: context.precision, context)
    let features = converted(backbone(activations, context), to: .float32, context)
    return ModelOutput(features: features, logits: classifier(features, context))
  }

  private func converted(_ tensor: Tensor, to elementType: ElementType, _ context: Context) -> Tensor {
    guard tensor.elementType != elementType else { return tensor }
    return context.tape.apply(Conversion(to: elementType), tensor)
  }

  /// The backbone's parts, then the head under the name "fc".
  public var parts: [Part] { backbone.parts + [.layer("fc", classifier)] }

  /// All values with their names, in the order of checkpoints.
  public var leaves: [Part] { backbone.leaves() + classifier.leaves("fc.") }

  /// All parameters with their names, in the order of checkpoints.
  public func namedParameters() -> [NamedParameter] {
    backbone.namedParameters() + classifier.namedParameters("fc.")
  }

  /// All layers with their names, outer ones before inner ones.
  public func namedLayers() -> [(name: String, layer: any Layer)] {
    backbone.namedLayers() + [("fc", classifier)]
  }

  /// The names of all layers by identity.
  public var layerNames: [ObjectIdentifier: String] {
    Dictionary(namedLayers().map { (ObjectIdentifier($0.layer), $0.name) }) { first, _ in first }
  }
}
