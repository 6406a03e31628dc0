import Tensors

/// A second head beside the classifier: one linear map without bias.
///
/// - Shapes: `[batch, inputs]` to `[batch, outputs]`; the weight is `[outputs, inputs]`.
public final class LinearProjection: Layer {
  private let weight: Parameter

  /// A projection of features of width `inputs`, whose weight starts uniform in ±1/√inputs.
  public init(_ inputs: Int, _ outputs: Int, _ initializer: Initializer) {
    weight = initializer.uniform([outputs, inputs], fanIn: inputs)
  }

  /// The weight.
  public var parts: [Part] { Part.parameter("weight", weight) }

  /// input · weightᵀ.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    context.tape.apply(Affine(), input, context.use(weight))
  }
}
