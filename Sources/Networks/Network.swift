import Kernels
import Tensors

/// A backbone that turns pictures into features, and a linear head that turns features into logits.
///
/// A training method may bring heads of its own, for a loss that looks at the features in another way.
public final class Network {
  /// From pictures to features.
  public let backbone: any Layer

  /// From features to logits.
  public private(set) var classifier: Linear

  /// Width of the features.
  public let featureWidth: Int

  /// How many logits there are.
  public private(set) var logitCount: Int

  /// The head's name in checkpoints: "fc", or "head.conv" of BiT's networks.
  public let headName: String

  /// The groups whose logits the classifier gives, each a softmax of its own; nil where it is one softmax over all
  /// classes.
  ///
  /// They are saved beside the weights and read with them. A new classifier has none.
  ///
  /// - Precondition: the groups have as many logits as the classifier.
  public var groups: ClassGroups? {
    didSet {
      precondition(
        groups.map { $0.logitCount == logitCount } ?? true,
        "groups of \(groups?.logitCount ?? 0) logits for a classifier of \(logitCount)")
    }
  }

  /// The group of each class, where there are groups.
  public var groupOfClass: [Int]? { groups?.groupOfClass }

  /// Whether the logits mean anything: a method that learns features alone leaves the classifier as it was.
  public var classifies = true

  /// The heads that a training method brought, "heads.NAME" in checkpoints; the network itself does not run them.
  public private(set) var methodHeads: [(name: String, layer: any Layer)] = []

  /// A network of given backbone with a fresh head.
  ///
  /// The head of a `BiT` has the shape and name of a 1×1 convolution, and starts as zero.
  public init(_ backbone: any Layer, featureWidth: Int, logitCount: Int, _ initializer: Initializer) {
    self.backbone = backbone
    self.featureWidth = featureWidth
    self.logitCount = logitCount
    headName = backbone is BiT ? "head.conv" : "fc"
    classifier = Self.head(of: backbone, featureWidth, logitCount, initializer)
  }

  private static func head(
    of backbone: any Layer, _ inputs: Int, _ outputs: Int, _ initializer: Initializer
  ) -> Linear {
    backbone is BiT ? Linear(pointwise: inputs, outputs, initializer) : Linear(inputs, outputs, initializer)
  }

  /// Puts a fresh head in the place of the present one, which starts as zero if `startsAsZero`.
  public func replaceClassifier(
    logitCount: Int, startsAsZero: Bool = false, _ initializer: Initializer
  ) {
    groups = nil
    self.logitCount = logitCount
    classifier = Self.head(of: backbone, featureWidth, logitCount, initializer)
    guard startsAsZero else { return }
    for named in classifier.namedParameters() {
      named.parameter.value.assign(repeatElement(0, count: named.parameter.value.count))
    }
  }

  /// Puts a training method's head beside the classifier.
  ///
  /// - Precondition: there is none of that name yet.
  public func attach(_ head: any Layer, as name: String) {
    precondition(!methodHeads.contains { $0.name == name }, "there are two heads called \(name)")
    methodHeads.append((name, head))
  }

  /// Takes away what training methods put beside the classifier.
  public func detachHeads() { methodHeads = [] }

  /// Features and logits of `[batch, height, width, 3]`.
  ///
  /// The backbone works on activations of the context's precision; features and logits are float32. There are as many
  /// rows of them as the context's `headRows` says.
  public func callAsFunction(_ images: Tensor, _ context: Context) -> ModelOutput {
    let activations = converted(images, to: context.precision, context)
    var features = converted(backbone(activations, context), to: .float32, context)
    // Backbones that pool have done so already.
    if let rows = context.headRows, rows < features.shape[0] {
      features = context.tape.apply(RowSelection(0..<rows), features)
    }
    return ModelOutput(features: features, logits: classifier(features, context))
  }

  /// The logits of features that were computed before, `[batch, featureWidth]` or `[batch, 1, 1, featureWidth]`.
  ///
  /// No gradient goes further than to the classifier.
  package func classified(_ features: Tensor, _ context: Context) -> ModelOutput {
    let features = features.reshaped([features.shape[0], featureWidth])
    return ModelOutput(features: features, logits: classifier(features, context))
  }

  private func converted(_ tensor: Tensor, to elementType: ElementType, _ context: Context) -> Tensor {
    guard tensor.elementType != elementType else { return tensor }
    return context.tape.apply(Conversion(to: elementType), tensor)
  }

  /// The backbone's parts, then the head, then those of the training method.
  public var parts: [Part] { backbone.parts + heads.map { .layer($0.name, $0.layer) } }

  /// All values with their names, in the order of checkpoints.
  public var leaves: [Part] { backbone.leaves() + heads.flatMap { $0.layer.leaves($0.name + ".") } }

  /// All parameters with their names, in the order of checkpoints.
  public func namedParameters() -> [NamedParameter] {
    backbone.namedParameters() + heads.flatMap { $0.layer.namedParameters($0.name + ".") }
  }

  /// All layers with their names, outer ones before inner ones.
  public func namedLayers() -> [(name: String, layer: any Layer)] {
    backbone.namedLayers() + heads.flatMap { head in [head] + head.layer.namedLayers(head.name + ".") }
  }

  /// What the names of method's heads begin with in checkpoints.
  static let methodHeadPrefix = "heads."

  private var heads: [(name: String, layer: any Layer)] {
    [(headName, classifier)] + methodHeads.map { (Self.methodHeadPrefix + $0.name, $0.layer) }
  }

  /// Freezes all but the last `count` stages of the backbone and the heads; −1 leaves nothing frozen.
  ///
  /// See `Backbone.open(lastStages:)`.
  ///
  /// - Precondition: the backbone is a `Backbone` of so many stages.
  public func open(lastStages count: Int) {
    guard let backbone = backbone as? any Backbone else {
      preconditionFailure("a \(type(of: backbone)) has no stages to open")
    }
    backbone.open(lastStages: count)
    for (_, layer) in heads { layer.freeze(false) }
  }

  /// The names of all layers by identity.
  public var layerNames: [ObjectIdentifier: String] {
    Dictionary(namedLayers().map { (ObjectIdentifier($0.layer), $0.name) }) { first, _ in first }
  }
}
